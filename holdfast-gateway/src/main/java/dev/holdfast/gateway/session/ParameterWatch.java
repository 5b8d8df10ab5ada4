package dev.holdfast.gateway.session;

import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tripwire behind the pinned settings: PostgreSQL reports each change of them by ParameterStatus
/// (manual, "Asynchronous Operations"), whatever made it. Statements that would change them are refused
/// long before; should one get through, the session ends here.
final class ParameterWatch {
    private static final Logger LOGGER = LoggerFactory.getLogger(ParameterWatch.class);

    private static final Map<String, Set<String>> PINNED =
            Map.of(
                    // PostgreSQL repeats its old name for UTF8 if a client uses it.
                    "client_encoding", Set.of("UTF8", "UNICODE"),
                    "standard_conforming_strings", Set.of("on"),
                    "default_transaction_read_only", Set.of("on"),
                    "is_superuser", Set.of("off"));

    private ParameterWatch() {}

    /// Notes what PostgreSQL reports, for the next session on this connection; where a pinned setting has
    /// changed the session ends.
    static void note(ByteBuf in, int frameLength, Session session) {
        BackendMessage.ParameterStatus reported = read(in.slice(in.readerIndex(), frameLength));
        if (breaks(reported)) {
            LOGGER.error("session {}: PostgreSQL changed {}", session.id(), reported.name());
            session.end(Refusals.pinnedSettingChanged(reported.name()));
        } else {
            session.upstream().noteParameterStatus(reported.name(), reported.value());
        }
    }

    private static BackendMessage.ParameterStatus read(ByteBuf frame) {
        return switch (BackendMessage.decode(frame)) {
            case BackendMessage.ParameterStatus status -> status;
            default -> throw ProtocolViolation.of("message", "another", "ParameterStatus");
        };
    }

    private static boolean breaks(BackendMessage.ParameterStatus reported) {
        Set<String> pinned = PINNED.get(reported.name());
        return pinned != null && !pinned.contains(reported.value());
    }
}
