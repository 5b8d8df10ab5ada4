package dev.holdfast.server.undo;

import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compares what an undo did with what it was to do: by the database's counters, whether other rows
/// changed; by the rows themselves, whether they are as they were.
///
/// @param tables those of the plan
/// @param plans what was to be done to each of them
record Verification(Connection connection, List<TargetTable> tables, List<Planning.Plan> plans) {

    /// Each difference in words; none where everything is as planned.
    List<String> differences(Measurement measured, Restoration restoration) throws SQLException {
        List<String> differences = new ArrayList<>();
        Map<Long, TableChange> changes = new HashMap<>();
        measured.tables().forEach(change -> changes.put(change.oid(), change));
        for (int i = 0; i < tables.size(); i++) {
            TargetTable table = tables.get(i);
            TableChange change = changes.remove(table.oid());
            compare(table, plans.get(i), change, restoration.replaces(table), differences);
            rows(table, differences);
        }
        for (TableChange change : changes.values()) {
            if (change.rows() > 0) {
                differences.add(
                        "%s: %d rows inserted, %d updated, %d deleted"
                                .formatted(
                                        change.relation(),
                                        change.inserted(),
                                        change.updated(),
                                        change.deleted()));
            }
        }
        return differences;
    }

    private static void compare(
            TargetTable table,
            Planning.Plan plan,
            @Nullable TableChange change,
            boolean replaced,
            List<String> differences) {
        long updates = replaced ? 0 : plan.updates();
        long inserts = plan.inserts() + plan.updates() - updates;
        long deletes = plan.deletes() + plan.updates() - updates;
        long inserted = change == null ? 0 : change.inserted();
        long updated = change == null ? 0 : change.updated();
        long deleted = change == null ? 0 : change.deleted();
        if (inserted != inserts || updated != updates || deleted != deletes) {
            differences.add(
                    "%s: %d rows inserted, %d updated, %d deleted (planned: %d, %d, %d)"
                            .formatted(
                                    table.name(),
                                    inserted,
                                    updated,
                                    deleted,
                                    inserts,
                                    updates,
                                    deletes));
        }
    }

    private void rows(TargetTable table, List<String> differences) throws SQLException {
        String sql =
                """
                SELECT count(*) FROM %s p JOIN %s k ON k.n = coalesce(p.b, p.a)
                LEFT JOIN ONLY %s t ON %s
                WHERE p.op = 'd' AND %s IS NOT NULL
                  OR p.op IN ('i', 'u') AND (%s IS NULL OR %s <> %s)
                """
                        .formatted(
                                table.plan(),
                                table.images(),
                                table.name(),
                                table.sameKey("t", "k."),
                                table.column("t", table.image().primaryKey().getFirst()),
                                table.column("t", table.image().primaryKey().getFirst()),
                                table.rowText("t"),
                                table.rowText("k."));
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            if (row.getLong(1) > 0) {
                differences.add(
                        "%s: %d rows are not as they were, because a trigger changed or kept them"
                                .formatted(table.name(), row.getLong(1)));
            }
        }
    }
}
