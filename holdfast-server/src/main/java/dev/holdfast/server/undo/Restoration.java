package dev.holdfast.server.undo;

import dev.holdfast.server.journal.ColumnImage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Puts the rows of all tables back in one statement. PostgreSQL checks foreign keys, and runs what they
/// do, at the end of a statement: by then every table is as it was, so that no order of the tables is
/// needed, and cycles and tables that refer to themselves are no matter. Within a table rows are removed
/// before others are changed and these before rows are added, because unique values are checked at once.
///
/// The statement compares every row with what the transaction left once more: whoever changes one after
/// the plan was made wins, and the plan is made anew.
///
/// @param replace whether rows are removed and added instead of updated, so that unique values can
///     change places
record Restoration(List<TargetTable> tables, List<Planning.Plan> plans, boolean replace) {

    /// Runs the statement.
    ///
    /// @return whether it did exactly what was planned
    boolean run(Connection connection) throws SQLException {
        List<String> steps = new ArrayList<>();
        List<String> counts = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            add(tables.get(i), plans.get(i), steps, counts, expected);
        }
        String sql = "WITH " + String.join(",\n", steps) + "\nSELECT " + String.join(", ", counts);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            for (int i = 0; i < expected.size(); i++) {
                if (row.getLong(i + 1) != expected.get(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// Whether updates of a table are done by removing and adding.
    boolean replaces(TargetTable table) {
        return replace || !table.updatable();
    }

    private void add(
            TargetTable table,
            Planning.Plan plan,
            List<String> steps,
            List<String> counts,
            List<Long> expected) {
        boolean replaces = replaces(table);
        long deletes = plan.deletes() + (replaces ? plan.updates() : 0);
        long inserts = plan.inserts() + (replaces ? plan.updates() : 0);
        String suffix = "_" + table.number();
        List<String> before = new ArrayList<>();
        if (deletes > 0) {
            steps.add("d" + suffix + " AS (" + delete(table, replaces) + " RETURNING 1)");
            note("d" + suffix, deletes, before, counts, expected);
        }
        if (!replaces && plan.updates() > 0) {
            steps.add("u" + suffix + " AS (" + update(table, before) + " RETURNING 1)");
            note("u" + suffix, plan.updates(), before, counts, expected);
        }
        if (inserts > 0) {
            steps.add("i" + suffix + " AS (" + insert(table, replaces, before) + " RETURNING 1)");
            note("i" + suffix, inserts, before, counts, expected);
        }
    }

    private static void note(
            String step, long rows, List<String> before, List<String> counts, List<Long> expected) {
        String count = "(SELECT pg_catalog.count(*) FROM " + step + ")";
        before.add(count + " IS NOT NULL");
        counts.add(count);
        expected.add(rows);
    }

    private static String delete(TargetTable table, boolean replaces) {
        return "DELETE FROM ONLY %s t USING %s p, %s k WHERE %s AND %s"
                .formatted(
                        table.name(),
                        table.plan(),
                        table.images(),
                        doing(replaces ? "du" : "d"),
                        unchanged(table));
    }

    private static String update(TargetTable table, List<String> before) {
        List<String> assignments = new ArrayList<>();
        for (ColumnImage column : table.settable()) {
            assignments.add(Sql.name(column.name()) + " = " + table.column("b.", column.name()));
        }
        return "UPDATE ONLY %s t SET %s FROM %s p, %s k, %s b WHERE b.n%sp.b AND %s AND %s%s"
                .formatted(
                        table.name(),
                        String.join(", ", assignments),
                        table.plan(),
                        table.images(),
                        table.images(),
                        Sql.EQUAL,
                        doing("u"),
                        unchanged(table),
                        after(before));
    }

    private static String insert(TargetTable table, boolean replaces, List<String> before) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (ColumnImage column : table.restored()) {
            names.add(Sql.name(column.name()));
            values.add(table.column("b.", column.name()));
        }
        return "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s p, %s b WHERE b.n%sp.b AND %s%s"
                .formatted(
                        table.name(),
                        String.join(", ", names),
                        String.join(", ", values),
                        table.plan(),
                        table.images(),
                        Sql.EQUAL,
                        doing(replaces ? "iu" : "i"),
                        after(before));
    }

    private static String after(List<String> before) {
        return before.isEmpty() ? "" : " AND " + String.join(" AND ", before);
    }

    static String doing(String operations) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < operations.length(); i++) {
            parts.add("p.op%s'%s'::pg_catalog.\"char\"".formatted(Sql.EQUAL, operations.charAt(i)));
        }
        return "(" + String.join(" OR ", parts) + ")";
    }

    /// The row is still as the transaction left it, or is to be overwritten.
    private static String unchanged(TargetTable table) {
        return "k.n%scoalesce(p.a, p.b) AND %s AND (p.forced OR %s%s%s)"
                .formatted(
                        Sql.EQUAL,
                        table.sameKey("t", "k."),
                        table.rowText("t"),
                        Sql.EQUAL,
                        table.rowText("k."));
    }
}
