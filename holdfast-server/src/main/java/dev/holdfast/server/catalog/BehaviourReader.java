package dev.holdfast.server.catalog;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.EventTrigger;
import dev.holdfast.sql.catalog.ForeignKey;
import dev.holdfast.sql.catalog.Key;
import dev.holdfast.sql.catalog.RewriteRule;
import dev.holdfast.sql.catalog.RowPolicy;
import dev.holdfast.sql.catalog.Trigger;
import dev.holdfast.sql.catalog.ViewColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Reads what a table does of itself: rules, policies, triggers, keys.
final class BehaviourReader {
    /// The bits of `pg_trigger.tgtype`.
    private static final int ROW = 1;

    private static final int BEFORE = 1 << 1;
    private static final int INSERT = 1 << 2;
    private static final int DELETE = 1 << 3;
    private static final int UPDATE = 1 << 4;
    private static final int TRUNCATE = 1 << 5;
    private static final int INSTEAD = 1 << 6;

    private final CatalogRows rows;
    private final CatalogSnapshot.Builder builder;
    private final RelationReader relations;

    /// @param relations has been read
    BehaviourReader(CatalogRows rows, CatalogSnapshot.Builder builder, RelationReader relations) {
        this.rows = rows;
        this.builder = builder;
        this.relations = relations;
    }

    void read() throws SQLException {
        rows.read(CatalogQueries.RULES, this::rule);
        rows.read(CatalogQueries.POLICIES, row -> builder.policy(policy(row)));
        // Temporary tables, which are not read, may have keys and triggers too.
        rows.read(
                CatalogQueries.TRIGGERS,
                row -> {
                    if (relations.has(row.getLong(1))) {
                        builder.trigger(trigger(row));
                    }
                });
        rows.read(
                CatalogQueries.EVENT_TRIGGERS,
                row ->
                        builder.eventTrigger(
                                new EventTrigger(
                                        row.getString(1), row.getString(2), row.getLong(3))));
        rows.read(
                CatalogQueries.FOREIGN_KEYS,
                row -> {
                    if (relations.has(row.getLong(2)) && relations.has(row.getLong(3))) {
                        builder.foreignKey(foreignKey(row));
                    }
                });
        keys();
    }

    private void rule(ResultSet row) throws SQLException {
        long relation = row.getLong(1);
        String action = row.getString(5);
        RewriteRule.Event event = event(row.getString(3));
        if (event == RewriteRule.Event.SELECT) {
            builder.view(relation, ViewColumns.in(action, relation));
        }
        builder.rule(
                new RewriteRule(
                        relation,
                        builder.once(row.getString(2)),
                        event,
                        row.getBoolean(4),
                        !row.getString(6).equals("<>"),
                        row.getBoolean(7),
                        !action.contains(":quals <>"),
                        action.contains("{NOTIFYSTMT"),
                        relations.references(action).and(relations.references(row.getString(6)))));
    }

    private RowPolicy policy(ResultSet row) throws SQLException {
        return new RowPolicy(
                row.getLong(1),
                row.getString(2),
                switch (row.getString(3)) {
                    case "r" -> RowPolicy.Command.SELECT;
                    case "a" -> RowPolicy.Command.INSERT;
                    case "w" -> RowPolicy.Command.UPDATE;
                    case "d" -> RowPolicy.Command.DELETE;
                    default -> RowPolicy.Command.ALL;
                },
                relations.references(row.getString(4)),
                relations.references(row.getString(5)));
    }

    private Trigger trigger(ResultSet row) throws SQLException {
        int type = row.getInt(5);
        Set<Trigger.Event> events = EnumSet.noneOf(Trigger.Event.class);
        add(events, type, INSERT, Trigger.Event.INSERT);
        add(events, type, UPDATE, Trigger.Event.UPDATE);
        add(events, type, DELETE, Trigger.Event.DELETE);
        add(events, type, TRUNCATE, Trigger.Event.TRUNCATE);
        Trigger.Timing timing =
                (type & INSTEAD) != 0
                        ? Trigger.Timing.INSTEAD_OF
                        : (type & BEFORE) != 0 ? Trigger.Timing.BEFORE : Trigger.Timing.AFTER;
        long relation = row.getLong(1);
        return new Trigger(
                relation,
                builder.once(row.getString(2)),
                row.getLong(3),
                row.getBoolean(4),
                events,
                timing,
                (type & ROW) != 0,
                relations.columnNames(relation, CatalogRows.numbers(row.getArray(6))),
                row.getBoolean(7),
                relations.references(row.getString(8)),
                Stream.of(row.getString(9), row.getString(10)).filter(Objects::nonNull).toList());
    }

    private static void add(Set<Trigger.Event> events, int type, int bit, Trigger.Event event) {
        if ((type & bit) != 0) {
            events.add(event);
        }
    }

    private ForeignKey foreignKey(ResultSet row) throws SQLException {
        long relation = row.getLong(2);
        long referenced = row.getLong(3);
        List<String> columns =
                relations.columnNames(relation, CatalogRows.numbers(row.getArray(6)));
        List<String> set = relations.columnNames(relation, CatalogRows.numbers(row.getArray(8)));
        return new ForeignKey(
                builder.once(row.getString(1)),
                relation,
                referenced,
                columns,
                relations.columnNames(referenced, CatalogRows.numbers(row.getArray(7))),
                action(row.getString(4)),
                action(row.getString(5)),
                set.isEmpty() ? columns : set);
    }

    private void keys() throws SQLException {
        Map<Long, Key> keys = new HashMap<>();
        rows.read(
                CatalogQueries.KEYS,
                row ->
                        keys.merge(
                                row.getLong(1),
                                new Key(
                                        row.getLong(2),
                                        row.getString(3),
                                        row.getBoolean(4),
                                        List.of(builder.once(row.getString(5)))),
                                Key::and));
        keys.values().forEach(builder::key);
    }

    private static RewriteRule.Event event(String code) {
        return switch (code) {
            case "1" -> RewriteRule.Event.SELECT;
            case "2" -> RewriteRule.Event.UPDATE;
            case "3" -> RewriteRule.Event.INSERT;
            case "4" -> RewriteRule.Event.DELETE;
            default -> throw new IllegalArgumentException("ev_type: " + code);
        };
    }

    private static ForeignKey.Action action(String code) {
        return switch (code) {
            case "a" -> ForeignKey.Action.NO_ACTION;
            case "r" -> ForeignKey.Action.RESTRICT;
            case "c" -> ForeignKey.Action.CASCADE;
            case "n" -> ForeignKey.Action.SET_NULL;
            case "d" -> ForeignKey.Action.SET_DEFAULT;
            default -> throw new IllegalArgumentException("foreign key action: " + code);
        };
    }
}
