package dev.holdfast.server.access;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.audit.ActionEntry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Ends single sessions of this gateway by a person's order. The agent may come in again.
public final class SessionEnding {
    private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Duration ANSWER_TIME = Duration.ofSeconds(1);

    private final SessionRegistry sessions;
    private final AuditLog audit;
    private final InstantSource clock;

    public SessionEnding(SessionRegistry sessions, AuditLog audit, InstantSource clock) {
        this.sessions = sessions;
        this.audit = audit;
        this.clock = clock;
    }

    /// The session of an id, as it is written in lists and addresses; null where there is none.
    public @Nullable SessionFacts find(String id) {
        return !ID.matcher(id).matches()
                ? null
                : sessions.list(ANSWER_TIME).join().stream()
                        .filter(each -> each.id() == Long.parseLong(id))
                        .findFirst()
                        .orElse(null);
    }

    /// Ends a session, if that can be put on record.
    ///
    /// @return whether it could
    public boolean end(String person, SessionFacts session) {
        boolean recorded =
                audit.recordDurably(
                        ActionEntry.of(
                                clock,
                                person,
                                session.principal().database(),
                                "end session %d of %s"
                                        .formatted(session.id(), session.principal().agent()),
                                "person.session",
                                ActionEntry.Outcome.OK));
        if (recorded) {
            sessions.end(session.id(), AccessRefusals.sessionEnded());
        }
        return recorded;
    }
}
