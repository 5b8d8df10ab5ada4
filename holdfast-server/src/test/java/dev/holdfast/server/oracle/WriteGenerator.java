package dev.holdfast.server.oracle;

import dev.holdfast.server.oracle.SchemaModel.Column;
import dev.holdfast.server.oracle.SchemaModel.Relation;
import dev.holdfast.server.oracle.Trial.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Makes statements that change rows, in every form that the grammar has for it, and what can be wrapped
/// around them.
final class WriteGenerator {
    private final Expressions make;
    private final List<Relation> targets;
    private int serial;

    WriteGenerator(RandomGenerator random, SchemaModel model) {
        this.make = new Expressions(random, model);
        List<Relation> all = new ArrayList<>(model.tables());
        // Views are written to as well, and lead further than most tables.
        for (int i = 0; i < 2; i++) {
            all.addAll(
                    model.views().stream()
                            .filter(view -> !view.name().matches("v_(counts|.*writes)"))
                            .toList());
        }
        this.targets = all;
    }

    Trial next() {
        Relation target = make.one(targets);
        if (target.isTable() && make.chance(3)) {
            return copy(target);
        }
        String write = write(target);
        return write.startsWith("WITH") || make.chance(70)
                ? Trial.of("write", write)
                : wrapped(write);
    }

    private String write(Relation target) {
        return switch (make.number(10)) {
            case 1, 2, 3 -> insert(target);
            case 4, 5, 6 -> update(target);
            case 7, 8 -> delete(target);
            case 9 -> merge(target);
            default -> nested(target);
        };
    }

    private Trial wrapped(String write) {
        String returning = write.contains(" RETURNING ") ? write : write + " RETURNING 1 AS one";
        String name = "w" + ++serial;
        return switch (make.number(8)) {
            case 1 -> Trial.of("wrapped", "EXPLAIN ANALYZE " + write);
            case 2 -> Trial.of("wrapped", "EXPLAIN (ANALYZE, COSTS off) " + write);
            case 3 -> Trial.of("wrapped", "COPY (" + returning + ") TO STDOUT");
            case 4 -> Trial.of("wrapped", "WITH x AS (" + returning + ") SELECT count(*) FROM x");
            case 5 -> Trial.of("wrapped", "WITH x AS (" + write + ") SELECT 1");
            case 6 -> Trial.of("wrapped", "PREPARE " + name + " AS " + write, "EXECUTE " + name);
            case 7 -> Trial.of("wrapped", "DO $do$ BEGIN " + write + "; END $do$");
            default -> Trial.of("wrapped", "EXPLAIN " + write);
        };
    }

    private String insert(Relation target) {
        List<Column> columns = new ArrayList<>(target.columns());
        columns.removeIf(Column::computed);
        columns.removeIf(column -> !column.notNull() && make.chance(25));
        if (columns.isEmpty() || make.chance(4)) {
            return "INSERT INTO " + make.name(target) + " DEFAULT VALUES";
        }
        String list = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        String source = make.chance(60) ? values(target, columns) : selected(target, columns);
        return "INSERT INTO "
                + make.name(target)
                + (make.chance(15) ? " AS t" : "")
                + " ("
                + list
                + ") "
                + source
                + conflict(target)
                + returning(target);
    }

    private String values(Relation target, List<Column> columns) {
        List<String> rows = new ArrayList<>();
        int count = make.chance(70) ? 1 : make.number(4);
        for (int i = 0; i < count; i++) {
            rows.add(
                    columns.stream()
                            .map(column -> valueFor(target, column))
                            .collect(Collectors.joining(", ", "(", ")")));
        }
        return "VALUES " + String.join(", ", rows);
    }

    private String valueFor(Relation target, Column column) {
        if (column.equals(target.first())) {
            return make.chance(85) ? make.fresh(column) : make.value(column);
        }
        return make.chance(8) ? "DEFAULT" : make.value(column);
    }

    private String selected(Relation target, List<Column> columns) {
        String items =
                columns.stream()
                        .map(column ->
                                column.equals(target.first())
                                        ? make.fresh(column) + " + r.id"
                                        : make.value(column))
                        .collect(Collectors.joining(", "));
        if (!List.of("integer", "bigint").contains(target.first().type())) {
            items = columns.stream().map(make::value).collect(Collectors.joining(", "));
        }
        return "SELECT " + items + " FROM region r WHERE r.id < " + make.number(5);
    }

    private String conflict(Relation target) {
        if (target.kind() != 'r' || make.chance(75)) {
            return "";
        }
        if (make.chance(40)) {
            return " ON CONFLICT DO NOTHING";
        }
        Column column = make.one(target.columns());
        return " ON CONFLICT ("
                + target.first().name()
                + ") DO UPDATE SET "
                + column.name()
                + " = EXCLUDED."
                + column.name();
    }

    private String returning(Relation target) {
        return make.chance(12) ? " RETURNING " + make.one("*", target.first().name(), "1") : "";
    }

    private String only(Relation target) {
        return target.isTable() && make.chance(8) ? "ONLY " : "";
    }

    private String update(Relation target) {
        List<Column> settable = new ArrayList<>(target.columns());
        settable.removeIf(Column::computed);
        boolean aliased = make.chance(25);
        String head =
                "UPDATE " + only(target) + make.name(target) + (aliased ? " AS t" : "") + " SET ";
        String prefix = aliased ? "t." : "";
        Column first = make.one(settable);
        StringBuilder sets = new StringBuilder(first.name());
        if (make.chance(6)) {
            sets.append(" = DEFAULT");
        } else {
            sets.append(" = ").append(make.changed(first, prefix));
        }
        Column second = make.one(settable);
        if (!second.equals(first) && make.chance(35)) {
            sets.append(", ").append(second.name()).append(" = ");
            sets.append(make.changed(second, prefix));
        }
        if (aliased && make.chance(30)) {
            return head
                    + sets
                    + " FROM region r WHERE r.id = "
                    + make.number(6)
                    + " AND "
                    + make.condition(target, prefix);
        }
        return head + sets + make.where(target, prefix) + returning(target);
    }

    private String delete(Relation target) {
        boolean aliased = make.chance(25);
        String head = "DELETE FROM " + only(target) + make.name(target) + (aliased ? " t" : "");
        String prefix = aliased ? "t." : "";
        if (aliased && make.chance(30)) {
            return head
                    + " USING region r WHERE r.id < "
                    + make.number(6)
                    + " AND "
                    + make.condition(target, prefix);
        }
        return head + make.where(target, prefix) + returning(target);
    }

    private String merge(Relation target) {
        String key = target.first().name();
        Column column = make.one(target.columns());
        List<String> clauses = new ArrayList<>();
        if (make.chance(60)) {
            String extra = make.chance(50) ? " AND " + make.condition(target, "t.") : "";
            clauses.add(
                    "WHEN MATCHED"
                            + extra
                            + " THEN "
                            + make.one(
                                    "DELETE",
                                    "UPDATE SET "
                                            + column.name()
                                            + " = "
                                            + make.changed(column, "t."),
                                    "DO NOTHING"));
        }
        if (make.chance(50) || clauses.isEmpty()) {
            List<Column> given =
                    target.columns().stream()
                            .filter(each -> each.notNull() && !each.computed())
                            .toList();
            List<Column> columns = given.isEmpty() ? List.of(target.columns().getLast()) : given;
            clauses.add(
                    "WHEN NOT MATCHED THEN INSERT ("
                            + columns.stream().map(Column::name).collect(Collectors.joining(", "))
                            + ") VALUES ("
                            + columns.stream()
                                    .map(each -> valueFor(target, each))
                                    .collect(Collectors.joining(", "))
                            + ")");
        }
        String source =
                make.one(
                        "(SELECT id FROM region WHERE id < " + make.number(5) + ") s",
                        "region s",
                        "(VALUES (" + make.number(9) + "), (" + make.number(50) + ")) s(id)");
        return "MERGE INTO "
                + only(target)
                + make.name(target)
                + " t USING "
                + source
                + " ON t."
                + key
                + "::text = s.id::text "
                + String.join(" ", clauses);
    }

    /// Writes inside a write.
    private String nested(Relation target) {
        Relation other = make.table();
        String inner =
                make.one(
                        "DELETE FROM " + make.name(other) + make.where(other, ""),
                        insert(other).replaceAll(" RETURNING .*", ""),
                        update(other).replaceAll(" RETURNING .*", ""));
        String outer = make.one(List.of(delete(target), update(target)));
        return make.chance(50)
                ? "WITH w AS (" + inner + ") " + outer
                : "WITH w AS ("
                        + inner
                        + " RETURNING 1 AS one), v AS (SELECT count(*) FROM w) "
                        + outer;
    }

    private Trial copy(Relation target) {
        Column key = target.first();
        List<Column> columns =
                target.columns().stream()
                        .filter(each -> (each.notNull() || each.equals(key)) && !each.computed())
                        .toList();
        if (columns.isEmpty() || !key.type().equals("integer")) {
            return Trial.of("copy", "COPY " + make.name(target) + " TO STDOUT");
        }
        String list = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        StringBuilder input = new StringBuilder();
        for (int row = 0; row < make.number(3); row++) {
            int id = 200_000 + ++serial;
            input.append(
                            columns.stream()
                                    .map(each ->
                                            each.equals(key) ? Integer.toString(id) : plain(each))
                                    .collect(Collectors.joining("\t")))
                    .append('\n');
        }
        return new Trial(
                "copy",
                List.of(
                        new Step(
                                "COPY " + make.name(target) + " (" + list + ") FROM STDIN",
                                input.toString())),
                false);
    }

    private static String plain(Column column) {
        return switch (column.type()) {
            case "date" -> "2024-02-02";
            case "text" -> "b";
            case "boolean" -> "t";
            default -> "1";
        };
    }
}
