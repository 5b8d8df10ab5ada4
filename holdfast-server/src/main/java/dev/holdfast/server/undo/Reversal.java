package dev.holdfast.server.undo;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.undo.UndoReport.Outcome;
import dev.holdfast.server.undo.UndoWish.Triggers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Undoes one transaction, as a transaction that is measured, kept and recorded like the one it undoes.
///
/// Images are loaded into temporary tables and compared with the rows that are there; this is the plan.
/// One statement then puts everything back, with each row compared once more. It is not committed before
/// the database's counters tell that exactly the planned rows changed, every row is as it was, foreign
/// keys hold, the journal has the images of the undo and the record has its entry.
///
/// Triggers and rules are kept from running where the role may do that: what they did in the transaction
/// is in the journal and is put back like everything else, and run again they would do it a second time.
/// A trigger that writes the time of a change could not be undone otherwise.
public final class Reversal {
    static final String GRANT_HINT =
            "Let the restoring role keep triggers and rules from running: GRANT SET ON PARAMETER"
                    + " session_replication_role TO it (PostgreSQL 15 and later; before that only a"
                    + " superuser may).";

    /// How often the plan is made anew because rows changed meanwhile, or foreign keys are in the way.
    private static final int ATTEMPTS_MAX = 20;

    private static final String PINNED =
            "SET row_security = off; SET session_replication_role = origin;"
                    + " SET check_function_bodies = on; SET lock_timeout = '10s';"
                    + " SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0;"
                    + " SET default_transaction_read_only = off;"
                    + " SET default_transaction_isolation = 'read committed'";

    private final Connection connection;
    private final WritingSession session;
    private final ChangeKeeper keeper;
    private final AuditLog audit;
    private final InstantSource clock;

    /// @param connection as the restoring role, of pgjdbc, fresh: temporary tables are left in it, so it is
    ///     used for one undo and closed by the caller
    /// @param sessions wraps it for measuring and keeping
    public Reversal(
            Connection connection,
            Function<Connection, WritingSession> sessions,
            ChangeKeeper keeper,
            AuditLog audit,
            InstantSource clock) {
        this.connection = connection;
        this.session = sessions.apply(connection);
        this.keeper = keeper;
        this.audit = audit;
        this.clock = clock;
    }

    /// Undoes a transaction.
    ///
    /// @throws UndoRefusedException if it was not done; nothing was committed then
    /// @throws IOException if the journal cannot be read
    public UndoReport undo(JournalReader reader, UndoWish wish)
            throws UndoRefusedException, IOException {
        JournalEntry entry = reader.entry();
        if (entry.state() != JournalEntry.State.COMMITTED) {
            throw new UndoRefusedException(
                    "%s is not known to have been committed".formatted(entry.id()),
                    "Only what was committed can be undone. `holdfast undo list` shows what became of"
                            + " it.");
        }
        long started = micros();
        try {
            return new Attempt(entry, wish, started).run(reader);
        } catch (SQLException e) {
            throw refused(e);
        } catch (ChangeRefusedException e) {
            throw new UndoRefusedException(
                    e.refusal().message() + ": " + e.refusal().detail(), e.refusal().hint(), e);
        } finally {
            rollBack();
        }
    }

    private static UndoRefusedException refused(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String hint =
                switch (state) {
                    case "42501" ->
                            "The restoring role needs SELECT, INSERT, UPDATE and DELETE on the tables"
                                    + " of the transaction and on those they refer to, USAGE on their"
                                    + " schemas and types, TEMPORARY on the database, and may not be"
                                    + " subject to row security (BYPASSRLS).";
                    case "23503" ->
                            "Other rows stand in a foreign key's way. "
                                    + GRANT_HINT
                                    + " Then these rows are left alone and listed.";
                    case "23505", "23P01" ->
                            "A row that was added since has a unique value that is to be restored."
                                    + " Change it first, or leave the row out with --rows.";
                    case "55P03" ->
                            "Somebody holds a lock on what is to be restored. Try again later.";
                    default ->
                            "Nothing was changed. What PostgreSQL says tells what is in the way.";
                };
        return new UndoRefusedException(
                "PostgreSQL refused the undo (SQLSTATE %s): %s".formatted(state, e.getMessage()),
                hint,
                e);
    }

    private void rollBack() {
        try {
            if (!connection.isClosed() && !connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException _) {
            // The connection is gone, and with it the transaction.
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long micros() {
        java.time.Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /// One undo, from the images to COMMIT.
    private final class Attempt {
        private final JournalEntry entry;
        private final UndoWish wish;
        private final long started;
        private final Planning planning;
        private boolean quiet;
        private boolean replace;
        private String searchPath = "";
        private List<TargetTable> tables = List.of();
        private List<Planning.Plan> plans = List.of();
        private List<String> also = List.of();

        Attempt(JournalEntry entry, UndoWish wish, long started) {
            this.entry = entry;
            this.wish = wish;
            this.started = started;
            this.planning = new Planning(connection, wish);
        }

        UndoReport run(JournalReader reader)
                throws SQLException, IOException, ChangeRefusedException, UndoRefusedException {
            connection.setAutoCommit(true);
            execute(PINNED.replace(" SET session_replication_role = origin;", ""));
            searchPath = value("SELECT current_setting('search_path')");
            execute(Counters.PIN_SESSION_FORMATS);
            quiet = mayKeepQuiet();
            tables =
                    new ImageLoader(connection, new TargetTables(connection, quiet), wish)
                            .load(reader);
            for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
                plan();
                if (plans.stream().allMatch(plan -> plan.rows() == 0)) {
                    return report("", Outcome.NOTHING);
                }
                if (restored()) {
                    return keep();
                }
                rollBack();
            }
            throw new UndoRefusedException(
                    "the rows of %s are changed all the time".formatted(entry.id()),
                    "Try again when there is less going on, or stop what changes them.");
        }

        private boolean mayKeepQuiet() throws SQLException, UndoRefusedException {
            if (wish.triggers() == Triggers.FIRE) {
                return false;
            }
            try {
                execute("SET session_replication_role = replica");
                execute("SET session_replication_role = origin");
                return true;
            } catch (SQLException e) {
                if (wish.triggers() == Triggers.QUIET) {
                    throw new UndoRefusedException(
                            "the restoring role may not keep triggers from running", GRANT_HINT, e);
                }
                return false;
            }
        }

        private void plan() throws SQLException {
            List<Planning.Plan> made = new ArrayList<>();
            for (TargetTable table : tables) {
                made.add(planning.plan(table));
            }
            plans = made;
        }

        /// Puts everything back in a transaction that is left open.
        ///
        /// @return false if a new plan is needed
        private boolean restored()
                throws SQLException, ChangeRefusedException, UndoRefusedException {
            session.query(Counters.FLUSH, List.of());
            connection.setAutoCommit(false);
            // Constraints, generated columns and triggers may need the role's own search path.
            local("search_path", searchPath);
            execute("SET CONSTRAINTS ALL DEFERRED");
            if (quiet) {
                local("session_replication_role", "replica");
            }
            Restoration restoration = new Restoration(tables, plans, replace);
            boolean asPlanned;
            try {
                asPlanned = restoration.run(connection);
                execute(Counters.SETTLE);
            } catch (SQLException e) {
                if (!replace && isTaken(e) && replaceable()) {
                    // Unique values change places: possible only by removing the rows first.
                    replace = true;
                    return false;
                }
                throw e;
            }
            if (!asPlanned && quiet) {
                return false;
            }
            execute(Counters.PIN_FORMATS);
            if (quiet) {
                List<ForeignKeyCheck.Violation> violations =
                        new ForeignKeyCheck(connection).run(tables, plans);
                if (!violations.isEmpty()) {
                    rollBack();
                    for (ForeignKeyCheck.Violation violation : violations) {
                        planning.refuse(violation.table(), violation.lines(), violation.reason());
                    }
                    return false;
                }
                local("session_replication_role", "origin");
            }
            return verified(restoration);
        }

        /// A unique value or an exclusion is in the way.
        private static boolean isTaken(SQLException e) {
            String state = e.getSQLState();
            return state != null && (state.equals("23505") || state.equals("23P01"));
        }

        private boolean replaceable() {
            for (int i = 0; i < tables.size(); i++) {
                if (plans.get(i).updates() > 0 && !tables.get(i).replaceable(quiet)) {
                    return false;
                }
            }
            return true;
        }

        private void local(String setting, String value) throws SQLException {
            value(
                    "SELECT pg_catalog.set_config('%s', %s, true)"
                            .formatted(setting, Sql.text(value)));
        }

        private String value(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    java.sql.ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
            }
        }

        /// What changed is what was planned, and every row is as it was before.
        private boolean verified(Restoration restoration)
                throws SQLException, ChangeRefusedException, UndoRefusedException {
            also = new Verification(connection, tables, plans).differences(measure(), restoration);
            if (also.isEmpty() || wish.force()) {
                return true;
            }
            throw new UndoRefusedException(
                    "undoing %s did more or other than putting its rows back: %s"
                            .formatted(entry.id(), String.join("; ", also)),
                    quiet
                            ? "A trigger that is enabled ALWAYS or for REPLICA did that: disable it for"
                                    + " the time of the undo, or accept it with --force."
                            : "Triggers, rules or cascades did that. "
                                    + GRANT_HINT
                                    + " Or accept it with --force.");
        }

        private Measurement measure() throws ChangeRefusedException {
            return Counters.read(session.query(Counters.MEASURE, List.of())).measurement();
        }

        private UndoReport keep()
                throws SQLException, ChangeRefusedException, UndoRefusedException {
            if (wish.dryRun()) {
                rollBack();
                return report("", Outcome.DRY_RUN);
            }
            Principal principal =
                    new Principal("undo by " + wish.person(), entry.principal().database(), "undo");
            String text = "undo " + entry.id();
            Measurement measured = measure();
            KeptTransaction kept =
                    keeper.keep(
                            new WriteTransaction(
                                    principal,
                                    0,
                                    started,
                                    List.of(
                                            new WriteTransaction.Run(
                                                    text, text, List.of(), "undo"))),
                            measured,
                            session);
            if (!audit.recordDurably(entry(principal, text + " as " + kept.id(), measured))) {
                rollBack();
                kept.rolledBack();
                throw new UndoRefusedException(
                        "the record cannot be written", "Nothing was changed. See to the disk.");
            }
            return commit(kept);
        }

        private AuditEntry entry(Principal principal, String text, Measurement measured) {
            return new AuditEntry(
                    started,
                    0,
                    principal.agent(),
                    principal.database(),
                    text,
                    "allow",
                    "undo",
                    "ok",
                    "",
                    measured.tables().stream().mapToLong(TableChange::rows).sum(),
                    micros() - started);
        }

        private UndoReport commit(KeptTransaction kept) throws SQLException, UndoRefusedException {
            @Nullable SQLException failure = null;
            try {
                connection.commit();
            } catch (SQLException e) {
                failure = e;
            }
            if (failure == null) {
                kept.committed();
                connection.setAutoCommit(true);
                return report(kept.id(), Outcome.COMMITTED);
            }
            return switch (kept.resolve()) {
                case COMMITTED -> report(kept.id(), Outcome.COMMITTED);
                case AMBIGUOUS -> report(kept.id(), Outcome.AMBIGUOUS);
                case ROLLED_BACK -> throw refused(failure);
            };
        }

        private UndoReport report(String id, Outcome outcome) throws SQLException {
            List<UndoReport.Table> reports = new ArrayList<>();
            for (int i = 0; i < tables.size(); i++) {
                reports.add(planning.report(tables.get(i), plans.get(i)));
            }
            return new UndoReport(entry.id(), id, quiet, reports, also, outcome);
        }
    }
}
