package dev.holdfast.server.undo;

import java.util.List;

/// What an undo did.
///
/// @param undone the journal's id of the transaction that was undone
/// @param id the journal's id of the undo itself, by which it can be undone; empty where nothing was
///     committed
/// @param quiet whether triggers and rules were kept from running
/// @param tables what was done to each table
/// @param also what triggers changed besides, by table; accepted only by force
/// @param outcome what became of it
public record UndoReport(
        String undone,
        String id,
        boolean quiet,
        List<Table> tables,
        List<String> also,
        Outcome outcome) {

    public UndoReport {
        tables = List.copyOf(tables);
        also = List.copyOf(also);
    }

    /// How an undo ended.
    public enum Outcome {
        COMMITTED,
        /// Everything was tried and rolled back, as it was wanted.
        DRY_RUN,
        /// There was nothing that could be restored.
        NOTHING,
        /// COMMIT was sent and its answer was lost, and PostgreSQL could not be asked.
        AMBIGUOUS
    }

    /// What was done to one table.
    ///
    /// @param name `"schema"."name"`, quoted always
    /// @param inserted deleted rows that are there again
    /// @param updated rows that have their old values again
    /// @param deleted rows that had been added and are gone again
    /// @param already rows that were already as they had been before
    /// @param conflicting rows that were changed since and left alone
    /// @param overwritten of those restored, the ones that had been changed since
    /// @param conflicts the first of those that were left alone
    public record Table(
            String name,
            long inserted,
            long updated,
            long deleted,
            long already,
            long conflicting,
            long overwritten,
            List<Conflict> conflicts) {
        public Table {
            conflicts = List.copyOf(conflicts);
        }

        /// Rows that were put back.
        public long restored() {
            return inserted + updated + deleted;
        }
    }

    /// A row that was left alone.
    ///
    /// @param key of its primary key, parted by commas
    /// @param reason what is in the way
    /// @param columns those that differ from what the transaction left, where that is the reason
    public record Conflict(String key, Reason reason, List<String> columns) {
        public Conflict {
            columns = List.copyOf(columns);
        }
    }

    /// Why a row is left alone.
    public enum Reason {
        /// It was changed since.
        CHANGED("changed since"),
        /// It was deleted since.
        GONE("deleted since"),
        /// A row with its key was added since.
        TAKEN("its key was taken since"),
        /// What it refers to by a foreign key is not there.
        PARENT_MISSING("what it refers to is not there"),
        /// Other rows refer to it by a foreign key.
        STILL_REFERRED_TO("rows added since refer to it");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /// In words, for a person.
        public String words() {
            return words;
        }
    }

    /// Rows that were put back in all tables.
    public long restored() {
        return tables.stream().mapToLong(Table::restored).sum();
    }

    /// Rows that were left alone in all tables.
    public long conflicting() {
        return tables.stream().mapToLong(Table::conflicting).sum();
    }
}
