package dev.holdfast.server.quarantine;

import java.util.List;
import java.util.Map;

/// Something that was destroyed and can be put back. May hold literal values of the database (defaults,
/// conditions): it belongs nowhere but into the quarantine's own directory.
///
/// @param id `qrn_…`
/// @param agent whose statement it was
/// @param database the database's name in the configuration
/// @param approval the approval's id
/// @param approver the person who gave it
/// @param digest of the approved statement
/// @param command what was done: `DROP TABLE`
/// @param things what is kept, each as a person names it: `table shop.orders`
/// @param keptAtEpochMicros when, microseconds since 1970-01-01 UTC
/// @param state what became of it
/// @param pending what a transaction was about to do with it whose outcome is not written down yet
/// @param pinned whether purging leaves it alone, whatever its age
/// @param schemas the quarantine's schemas in the database that hold it; empty where it was copied out
/// @param dumps its rows outside the database; empty where it was moved
/// @param restore the statements that put it back, in their order
/// @param facts what the catalog said of it before, a line for each; compared after it was put back;
///     empty where the table itself stayed in use
public record Entry(
        String id,
        String agent,
        String database,
        String approval,
        String approver,
        String digest,
        String command,
        List<String> things,
        long keptAtEpochMicros,
        State state,
        Pending pending,
        boolean pinned,
        List<String> schemas,
        List<Dump> dumps,
        List<Step> restore,
        List<String> facts) {

    public Entry {
        things = List.copyOf(things);
        schemas = List.copyOf(schemas);
        dumps = List.copyOf(dumps);
        restore = List.copyOf(restore);
        facts = List.copyOf(facts);
    }

    /// What became of an entry.
    public enum State {
        /// It was to be destroyed; nobody knows yet whether it was.
        PREPARED,
        /// It is in the quarantine.
        KEPT,
        /// It was put back.
        RESTORED,
        /// It is gone for good.
        PURGED
    }

    /// A transaction whose outcome is not known yet.
    ///
    /// @param becomes the entry's state if it committed; without meaning where there is no transaction
    /// @param transactionId PostgreSQL's id of it; empty where there is none
    public record Pending(State becomes, String transactionId) {
        static final Pending NOTHING = new Pending(State.KEPT, "");

        public boolean nothing() {
            return transactionId.isEmpty();
        }
    }

    /// As maps, lists and plain values, for JSON.
    public Map<String, Object> json() {
        return EntryText.json(this);
    }

    Entry in(State newState) {
        return with(newState, Pending.NOTHING, pinned);
    }

    Entry awaiting(State becomes, String transactionId) {
        return with(state, new Pending(becomes, transactionId), pinned);
    }

    Entry pinned(boolean newPinned) {
        return with(state, pending, newPinned);
    }

    private Entry with(State newState, Pending newPending, boolean newPinned) {
        return new Entry(
                id,
                agent,
                database,
                approval,
                approver,
                digest,
                command,
                things,
                keptAtEpochMicros,
                newState,
                newPending,
                newPinned,
                schemas,
                dumps,
                restore,
                facts);
    }
}
