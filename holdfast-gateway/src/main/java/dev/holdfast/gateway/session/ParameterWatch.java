package dev.holdfast.gateway.session;

import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/// The tripwire behind the pinned settings: PostgreSQL reports each change of them by ParameterStatus
/// (manual, "Asynchronous Operations"), whatever made it. Statements that would change them are refused
/// long before; should one get through, the session ends here.
final class ParameterWatch {
    private static final Map<String, String> PINNED =
            Map.of(
                    "client_encoding", "UTF8",
                    "standard_conforming_strings", "on",
                    "default_transaction_read_only", "on",
                    "is_superuser", "off");

    private ParameterWatch() {}

    static BackendMessage.ParameterStatus read(ByteBuf frame) {
        return switch (BackendMessage.decode(frame)) {
            case BackendMessage.ParameterStatus status -> status;
            default -> throw ProtocolViolation.of("message", "another", "ParameterStatus");
        };
    }

    static boolean breaks(BackendMessage.ParameterStatus reported) {
        String pinned = PINNED.get(reported.name());
        return pinned != null && !pinned.equals(reported.value());
    }
}
