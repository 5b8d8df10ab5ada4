package dev.holdfast.server.undo;

import dev.holdfast.server.undo.UndoReport.Conflict;
import dev.holdfast.server.undo.UndoReport.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Decides for each key of a table what is to be done, by comparing the rows that are there with those
/// that the transaction left.
final class Planning {
    private static final int CONFLICTS_SHOWN_MAX = 1_000;

    private final Connection connection;
    private final UndoWish wish;

    Planning(Connection connection, UndoWish wish) {
        this.connection = connection;
        this.wish = wish;
    }

    /// What is to be done to one table.
    record Plan(long inserts, long updates, long deletes, long already, long forced) {
        long rows() {
            return inserts + updates + deletes;
        }
    }

    /// Looks at the table anew. What was found not to be possible stays so.
    Plan plan(TargetTable table) throws SQLException {
        execute(
                "CREATE TEMP TABLE IF NOT EXISTS holdfast_refused (t int, b bigint, a bigint, reason \"char\")");
        execute("TRUNCATE " + table.plan());
        execute(
                """
                INSERT INTO %10$s (b, a, here, same, back, refused)
                SELECT b.n, a.n, %1$s IS NOT NULL,
                  CASE WHEN a.n IS NOT NULL AND %1$s IS NOT NULL THEN %2$s = %3$s END,
                  CASE WHEN b.n IS NOT NULL AND %1$s IS NOT NULL THEN %2$s = %4$s END,
                  (SELECT r.reason FROM pg_temp.holdfast_refused r WHERE r.t = %5$d
                    AND r.b IS NOT DISTINCT FROM b.n AND r.a IS NOT DISTINCT FROM a.n LIMIT 1)
                FROM (SELECT * FROM %6$s WHERE side = 'b') b
                FULL JOIN (SELECT * FROM %6$s WHERE side = 'a') a ON %7$s
                LEFT JOIN ONLY %8$s t ON %9$s
                """
                        .formatted(
                                table.column("t", table.image().primaryKey().getFirst()),
                                table.rowText("t"),
                                table.rowText("a."),
                                table.rowText("b."),
                                table.number(),
                                table.images(),
                                table.sameKey("b.", "a."),
                                table.name(),
                                currentKey(table),
                                table.plan()));
        choose(table);
        execute(
                """
                UPDATE %s SET forced = NOT coalesce(same, false) AND (a IS NOT NULL OR here), op = CASE
                  WHEN NOT chosen OR refused IS NOT NULL THEN '-'
                  WHEN b IS NULL AND NOT here OR coalesce(back, false) THEN '-'
                  WHEN NOT %s AND (a IS NOT NULL AND NOT coalesce(same, false) OR a IS NULL AND here) THEN '-'
                  WHEN b IS NULL THEN 'd' WHEN here THEN 'u' ELSE 'i' END
                """
                        .formatted(table.plan(), wish.force()));
        execute("ANALYZE " + table.plan());
        return counts(table);
    }

    /// The row that is there now is found by the key before, where there is one, otherwise by the key
    /// after; where both are, they are equal.
    private static String currentKey(TargetTable table) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < table.image().primaryKey().size(); i++) {
            String column = table.image().primaryKey().get(i);
            parts.add(
                    "%s %s coalesce(%s, %s)"
                            .formatted(
                                    table.column("t", column),
                                    table.keyEqualities().get(i),
                                    table.column("b.", column),
                                    table.column("a.", column)));
        }
        return String.join(" AND ", parts);
    }

    private void choose(TargetTable table) throws SQLException {
        if (wish.rows().isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        UPDATE %s p SET chosen = (
                          SELECT %s = ANY (?) FROM %s k WHERE k.n = coalesce(p.b, p.a))
                        """
                                .formatted(table.plan(), keyOfImage(table), table.images()))) {
            statement.setArray(1, connection.createArrayOf("text", wish.rows().toArray()));
            statement.executeUpdate();
        }
    }

    private static String keyOfImage(TargetTable table) {
        return table.keyText("k.");
    }

    private Plan counts(TargetTable table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                SELECT count(*) FILTER (WHERE op = 'i'), count(*) FILTER (WHERE op = 'u'),
                                  count(*) FILTER (WHERE op = 'd'),
                                  count(*) FILTER (WHERE chosen AND op = '-'
                                    AND (back OR b IS NULL AND NOT here)),
                                  count(*) FILTER (WHERE forced AND op <> '-') FROM %s
                                """
                                        .formatted(table.plan()))) {
            row.next();
            return new Plan(
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
        }
    }

    /// Remembers rows that cannot be restored, by their lines in the plan.
    void refuse(TargetTable table, List<Long> ids, Reason reason) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "INSERT INTO pg_temp.holdfast_refused SELECT %d, b, a, '%s' FROM %s WHERE id = ANY (?)"
                                .formatted(
                                        table.number(),
                                        reason == Reason.PARENT_MISSING ? "p" : "r",
                                        table.plan()))) {
            statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            statement.executeUpdate();
        }
    }

    private static final String LEFT_ALONE =
            "p.op = '-' AND p.chosen AND NOT coalesce(p.back, false) AND NOT (p.b IS NULL AND NOT p.here)";

    /// What was done, and the first of what was left alone.
    UndoReport.Table report(TargetTable table, Plan plan) throws SQLException {
        List<Conflict> conflicts = new ArrayList<>();
        long conflicting;
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row =
                    statement.executeQuery(
                            "SELECT count(*) FROM %s p WHERE %s"
                                    .formatted(table.plan(), LEFT_ALONE))) {
                row.next();
                conflicting = row.getLong(1);
            }
            if (conflicting > 0) {
                conflicts(table, statement, conflicts);
            }
        }
        return new UndoReport.Table(
                table.name(),
                plan.inserts(),
                plan.updates(),
                plan.deletes(),
                plan.already(),
                conflicting,
                plan.forced(),
                conflicts);
    }

    private static void conflicts(TargetTable table, Statement statement, List<Conflict> conflicts)
            throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        """
                        SELECT (SELECT %s FROM %s k WHERE k.n = coalesce(p.b, p.a)) AS key,
                          coalesce(p.refused::text, CASE WHEN p.a IS NULL THEN 't' WHEN p.here THEN 'c' ELSE 'g' END),
                          CASE WHEN p.here AND p.a IS NOT NULL THEN %s ELSE '{}' END
                        FROM %s p LEFT JOIN %s a ON a.n = p.a
                        LEFT JOIN ONLY %s t ON %s
                        WHERE %s ORDER BY p.id LIMIT %d
                        """
                                .formatted(
                                        keyOfImage(table),
                                        table.images(),
                                        table.differences("t", "a."),
                                        table.plan(),
                                        table.images(),
                                        table.name(),
                                        table.sameKey("t", "a."),
                                        LEFT_ALONE,
                                        CONFLICTS_SHOWN_MAX))) {
            while (row.next()) {
                conflicts.add(
                        new Conflict(
                                row.getString(1),
                                switch (row.getString(2)) {
                                    case "c" -> Reason.CHANGED;
                                    case "g" -> Reason.GONE;
                                    case "t" -> Reason.TAKEN;
                                    case "p" -> Reason.PARENT_MISSING;
                                    default -> Reason.STILL_REFERRED_TO;
                                },
                                Arrays.asList((String[]) row.getArray(3).getArray())));
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
