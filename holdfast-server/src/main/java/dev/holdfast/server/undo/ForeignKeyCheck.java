package dev.holdfast.server.undo;

import dev.holdfast.server.undo.UndoReport.Reason;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Checks the foreign keys of what was put back where PostgreSQL does not, because its triggers are kept
/// from running. Rows referred to are locked as PostgreSQL itself would, so that nobody removes them
/// before COMMIT; rows that refer to one that was removed hold such a lock on it and made the removal
/// wait.
final class ForeignKeyCheck {
    private static final int ROWS_MAX = 100_000;

    private final Connection connection;

    ForeignKeyCheck(Connection connection) {
        this.connection = connection;
    }

    /// Lines of a table's plan that cannot be carried out.
    record Violation(TargetTable table, Reason reason, List<Long> lines) {}

    List<Violation> run(List<TargetTable> tables, List<Planning.Plan> plans)
            throws SQLException, UndoRefusedException {
        List<Violation> violations = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            TargetTable table = tables.get(i);
            Planning.Plan plan = plans.get(i);
            if (plan.inserts() + plan.updates() > 0) {
                for (ForeignKey key : table.references()) {
                    parentsAreThere(table, key, violations);
                }
            }
            if (plan.deletes() + plan.updates() > 0) {
                for (ForeignKey key : table.referredToBy()) {
                    nobodyRefersToWhatIsGone(table, plan, key, violations);
                }
            }
        }
        return violations;
    }

    private void parentsAreThere(TargetTable table, ForeignKey key, List<Violation> violations)
            throws SQLException {
        String rows =
                "%s p JOIN %s b ON b.n%sp.b JOIN ONLY %s t ON %s WHERE %s AND %s"
                        .formatted(
                                table.plan(),
                                table.images(),
                                Sql.EQUAL,
                                table.name(),
                                table.sameKey("t", "b."),
                                Restoration.doing("iu"),
                                key.refers("t"));
        String match = key.matching(key.parentColumns("x"), key.childColumns("t"));
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SELECT count(*) FROM (SELECT FROM %s x WHERE EXISTS (SELECT FROM %s AND %s) FOR KEY SHARE) l"
                            .formatted(key.parent(), rows, match));
        }
        note(
                table,
                Reason.PARENT_MISSING,
                lines(
                        "SELECT p.id FROM %s AND NOT EXISTS (SELECT FROM %s x WHERE %s) LIMIT %d"
                                .formatted(rows, key.parent(), match, ROWS_MAX)),
                violations);
    }

    private void nobodyRefersToWhatIsGone(
            TargetTable table, Planning.Plan plan, ForeignKey key, List<Violation> violations)
            throws SQLException, UndoRefusedException {
        String orphan =
                key.refers("c")
                        + " AND NOT EXISTS (SELECT FROM %s x WHERE %s)"
                                .formatted(
                                        key.parent(),
                                        key.matching(
                                                key.parentColumns("x"), key.childColumns("c")));
        boolean known = key.parentColumns().stream().allMatch(table::knows);
        if (plan.forced() > 0 || !known) {
            // What was overwritten may have had any value: look at all that refer.
            if (!lines("SELECT 1 FROM %s c WHERE %s LIMIT 1".formatted(key.child(), orphan))
                    .isEmpty()) {
                throw new UndoRefusedException(
                        "rows of %s would refer to rows of %s that are not there (foreign key %s)"
                                .formatted(key.childName(), table.name(), key.name()),
                        "Change or remove these rows first, or undo without --force.");
            }
            return;
        }
        List<String> gone =
                key.parentColumns().stream().map(column -> table.column("a.", column)).toList();
        note(
                table,
                Reason.STILL_REFERRED_TO,
                lines(
                        "SELECT DISTINCT p.id FROM %s p JOIN %s a ON a.n%sp.a JOIN %s c ON %s WHERE %s AND %s LIMIT %d"
                                .formatted(
                                        table.plan(),
                                        table.images(),
                                        Sql.EQUAL,
                                        key.child(),
                                        key.matching(gone, key.childColumns("c")),
                                        Restoration.doing("du"),
                                        orphan,
                                        ROWS_MAX)),
                violations);
    }

    private static void note(
            TargetTable table, Reason reason, List<Long> lines, List<Violation> violations) {
        if (!lines.isEmpty()) {
            violations.add(new Violation(table, reason, lines));
        }
    }

    private List<Long> lines(String sql) throws SQLException {
        Set<Long> lines = new LinkedHashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                lines.add(row.getLong(1));
            }
        }
        return new ArrayList<>(lines);
    }
}
