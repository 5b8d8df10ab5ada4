package dev.holdfast.server.api;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import java.time.InstantSource;

/// Puts what people do on record. What is not on record is not done, where that can still be had.
final class ActionRecord {
    private final AuditLog audit;
    private final InstantSource clock;

    ActionRecord(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /// What somebody does.
    ///
    /// @param database which it is about; empty for none in particular
    /// @param words in words and without values
    /// @param rule `person.<action>`
    record Action(String database, String words, String rule) {}

    /// Records it.
    ///
    /// @throws RequestRefused if it cannot be recorded
    void tell(Exchange exchange, Action action, ActionEntry.Outcome outcome) {
        boolean recorded =
                audit.recordDurably(
                        ActionEntry.of(
                                clock,
                                exchange.caller().person().name(),
                                action.database(),
                                action.words(),
                                action.rule(),
                                outcome));
        if (!recorded) {
            throw RequestRefused.recordUnavailable();
        }
    }
}
