package dev.holdfast.server.people;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.people.PeopleException.Reason;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The store and the record, as those who deal with people use them: what cannot be recorded is not done.
final class PeopleStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(PeopleStore.class);

    private final ControlStore store;
    private final AuditLog audit;
    private final InstantSource clock;

    PeopleStore(ControlStore store, AuditLog audit, InstantSource clock) {
        this.store = store;
        this.audit = audit;
        this.clock = clock;
    }

    /// Does something in one transaction.
    <T> T transaction(ControlStore.Work<T> work) throws PeopleException {
        try {
            return store.transaction(work);
        } catch (StoreException e) {
            LOGGER.error("people: the store cannot be used: {}", e.getMessage());
            throw new PeopleException(
                    Reason.UNAVAILABLE,
                    "this cannot be done at this moment; Holdfast's log says why");
        }
    }

    /// Records what is about to be done; it is on the disk when this returns.
    void record(String person, String action, String rule) throws PeopleException {
        if (!audit.recordDurably(
                ActionEntry.of(clock, person, "", action, rule, ActionEntry.Outcome.OK))) {
            throw new PeopleException(
                    Reason.UNAVAILABLE, "the record cannot be written, so nothing is done");
        }
    }

    /// Records what was not done, as soon as may be.
    void recordRefused(String person, String action, String rule) {
        if (!audit.record(
                ActionEntry.of(clock, person, "", action, rule, ActionEntry.Outcome.REFUSED))) {
            LOGGER.error("people: the record cannot be written");
        }
    }
}
