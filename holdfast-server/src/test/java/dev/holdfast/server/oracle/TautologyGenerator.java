package dev.holdfast.server.oracle;

import dev.holdfast.server.oracle.SchemaModel.Column;
import dev.holdfast.server.oracle.SchemaModel.Relation;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes writes whose conditions hold for every row, by a small grammar: a tautology is a constant, a
/// comparison of a column with itself, and so on, or is put together of others by NOT, AND and OR.
final class TautologyGenerator {
    private static final int DEPTH_MAX = 3;

    private final Expressions make;
    private final List<Relation> targets;

    TautologyGenerator(RandomGenerator random, SchemaModel model) {
        this.make = new Expressions(random, model);
        this.targets =
                model.tables().stream()
                        .filter(table -> table.columns().stream().anyMatch(Column::notNull))
                        .filter(table -> table.columns().size() > 1)
                        .toList();
    }

    Trial next() {
        Relation target = make.one(targets);
        Column last = make.one(target.columns().stream().filter(c -> !c.computed()).toList());
        String name = make.name(target);
        String set = " SET " + last.name() + " = t." + last.name();
        if (make.chance(12)) {
            return Trial.tautology("tautology", merge(target, name, set));
        }
        if (make.chance(12)) {
            return Trial.tautology("tautology", selfJoin(target, name, set));
        }
        String where = " WHERE " + holds(target, "t.", 0);
        return Trial.tautology(
                "tautology",
                make.chance(50)
                        ? "DELETE FROM " + name + " t" + where
                        : "UPDATE " + name + " AS t" + set + where);
    }

    private Column key(Relation target) {
        return target.columns().stream().filter(Column::notNull).findFirst().orElseThrow();
    }

    private String merge(Relation target, String name, String set) {
        String key = key(target).name();
        String source =
                make.one(
                        " t USING (VALUES (1)) s(n) ON true ",
                        " t USING (SELECT 1 AS n) s ON 1 = 1 ",
                        " t USING " + name + " s ON t." + key + " = s." + key + " ",
                        " t USING (SELECT * FROM "
                                + name
                                + ") s ON s."
                                + key
                                + " = t."
                                + key
                                + " ");
        String then = make.one("DELETE", "UPDATE" + set);
        return "MERGE INTO " + name + source + "WHEN MATCHED THEN " + then;
    }

    private String selfJoin(Relation target, String name, String set) {
        String key = key(target).name();
        String join = "t." + key + " = s." + key;
        return make.one(
                "DELETE FROM " + name + " t USING " + name + " s WHERE " + join,
                "UPDATE " + name + " t" + set + " FROM " + name + " s WHERE " + join,
                "DELETE FROM " + name + " t USING (SELECT * FROM " + name + ") s WHERE " + join);
    }

    private String holds(Relation target, String prefix, int depth) {
        String name = target.qualified();
        String key = key(target).name();
        String column = prefix + key;
        String any = prefix + make.one(target.columns()).name();
        if (depth < DEPTH_MAX && make.chance(45)) {
            return switch (make.number(5)) {
                case 1 ->
                        "("
                                + holds(target, prefix, depth + 1)
                                + " AND "
                                + holds(target, prefix, depth + 1)
                                + ")";
                case 2 ->
                        "("
                                + holds(target, prefix, depth + 1)
                                + " OR "
                                + make.condition(target, prefix)
                                + ")";
                case 3 ->
                        "("
                                + make.condition(target, prefix)
                                + " OR "
                                + holds(target, prefix, depth + 1)
                                + ")";
                case 4 -> "NOT (" + fails(target, prefix, depth + 1) + ")";
                default -> "(" + holds(target, prefix, depth + 1) + ") IS TRUE";
            };
        }
        return switch (make.number(16)) {
            case 1 -> make.one("true", "TRUE", "'t'::boolean", "NOT false");
            case 2 -> make.one("1 = 1", "2 > 1", "'a' = 'a'", "1 <> 2", "0 < 1", "1 IN (1, 2)");
            case 3 -> column + " = " + column;
            case 4 -> column + make.one(" >= ", " <= ") + column;
            case 5 -> column + " IS NOT NULL";
            case 6 -> column + " IN (SELECT " + key + " FROM " + name + ")";
            case 7 -> "EXISTS (SELECT 1 FROM " + name + ")";
            case 8 -> "EXISTS (SELECT 1 FROM " + name + " s WHERE s." + key + " = " + column + ")";
            case 9 -> column + " = ANY (SELECT s." + key + " FROM " + name + " s)";
            case 10 -> any + " IS NOT DISTINCT FROM " + any;
            case 11 -> "(" + any + " IS NULL OR " + any + " IS NOT NULL)";
            case 12 -> "coalesce(true, " + any + " IS NULL)";
            case 13 -> "CASE WHEN true THEN true ELSE false END";
            case 14 -> column + " BETWEEN " + column + " AND " + column;
            case 15 -> "(SELECT true)";
            default -> "(t.*) IS NOT DISTINCT FROM (t.*)".replace("t.", prefix);
        };
    }

    private String fails(Relation target, String prefix, int depth) {
        String key = key(target).name();
        String column = prefix + key;
        if (depth < DEPTH_MAX && make.chance(45)) {
            return switch (make.number(3)) {
                case 1 ->
                        "("
                                + fails(target, prefix, depth + 1)
                                + " OR "
                                + fails(target, prefix, depth + 1)
                                + ")";
                case 2 ->
                        "("
                                + fails(target, prefix, depth + 1)
                                + " AND "
                                + make.condition(target, prefix)
                                + ")";
                default -> "NOT " + holds(target, prefix, depth + 1);
            };
        }
        return switch (make.number(6)) {
            case 1 -> make.one("false", "1 = 0", "1 > 2", "'a' = 'b'");
            case 2 -> column + " <> " + column;
            case 3 -> column + " IS NULL";
            case 4 -> column + " NOT IN (SELECT " + key + " FROM " + target.qualified() + ")";
            case 5 -> "NOT EXISTS (SELECT 1 FROM " + target.qualified() + ")";
            default -> column + " IS DISTINCT FROM " + column;
        };
    }
}
