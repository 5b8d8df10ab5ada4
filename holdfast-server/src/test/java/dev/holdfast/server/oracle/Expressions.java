package dev.holdfast.server.oracle;

import dev.holdfast.server.oracle.SchemaModel.Column;
import dev.holdfast.server.oracle.SchemaModel.Relation;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// Makes the parts of statements: names in several spellings, values, conditions.
final class Expressions {
    private final RandomGenerator random;
    private final SchemaModel model;

    Expressions(RandomGenerator random, SchemaModel model) {
        this.random = random;
        this.model = model;
    }

    /// One of several, all equally likely.
    @SafeVarargs
    final <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    int number(int max) {
        return 1 + random.nextInt(max);
    }

    Relation table() {
        return one(model.tables());
    }

    /// The relation as somebody may write it: with or without its schema, quoted, by code points.
    String name(Relation relation) {
        if (!relation.schema().equals("public") || chance(25)) {
            return relation.qualified();
        }
        String plain = Observed.quoted(relation.name());
        if (plain.startsWith("\"")) {
            return plain;
        }
        return switch (random.nextInt(12)) {
            case 0 -> '"' + plain + '"';
            case 1 -> "U&\"\\00" + Integer.toHexString(plain.charAt(0)) + plain.substring(1) + '"';
            case 2 -> plain.toUpperCase(Locale.ROOT);
            case 3 -> "public . " + plain;
            default -> plain;
        };
    }

    String value(Column column) {
        return switch (column.type()) {
            case "integer", "bigint", "smallint", "numeric", "app.positive", "app.watched" ->
                    one(
                            Integer.toString(number(9)),
                            Integer.toString(number(9)),
                            "1 + " + number(5));
            case "text" -> one("'open'", "'closed'", "'a'", "'b'", "upper('x')", "'it''s'");
            case "date" ->
                    one("date '2024-03-01'", "'2025-05-05'", "date '2023-06-01' + " + number(900));
            case "boolean" -> one("true", "false");
            case "timestamp with time zone" -> "now()";
            case "app.mood" -> one("'fine'", "'glad'");
            case "text[]" -> "ARRAY['t', 'u']";
            case "jsonb" -> "'{\"k\": 1}'";
            default -> "NULL";
        };
    }

    /// A new value that may rest on the old one.
    String changed(Column column, String prefix) {
        String old = prefix + column.name();
        return switch (column.type()) {
            case "integer", "bigint", "numeric" ->
                    chance(40) ? old + " + " + one(1, 100, 1000) : value(column);
            case "text" -> chance(30) ? old + " || 'x'" : value(column);
            case "date" -> chance(50) ? old + " + " + one(31, 366, 700) : value(column);
            case "boolean" -> "NOT " + old;
            default -> chance(50) ? old : value(column);
        };
    }

    /// A key that is not taken.
    String fresh(Column column) {
        return switch (column.type()) {
            case "integer", "bigint" -> Integer.toString(1000 + random.nextInt(100_000));
            default -> value(column);
        };
    }

    /// A condition that most rows do not meet.
    String condition(Relation relation, String prefix) {
        Column key = relation.first();
        String column = prefix + key.name();
        String narrow =
                switch (key.type()) {
                    case "integer", "bigint", "numeric" ->
                            switch (random.nextInt(6)) {
                                case 0 -> column + " < " + number(5);
                                case 1 -> column + " IN (" + number(9) + ", " + number(20) + ")";
                                case 2 -> column + " BETWEEN " + number(5) + " AND " + number(9);
                                case 3 -> column + " = ANY (ARRAY[" + number(9) + "])";
                                case 4 -> number(12) + " = " + column;
                                default -> column + " = " + number(12);
                            };
                    default -> column + " IS NULL";
                };
        if (chance(75)) {
            return narrow;
        }
        Column other = one(relation.columns());
        String second = prefix + other.name();
        return switch (random.nextInt(6)) {
            case 0 -> narrow + " AND " + second + " IS NOT NULL";
            case 1 -> "(" + narrow + ") OR " + second + " IS NULL";
            case 2 -> "NOT (" + column + " >= " + number(6) + ")";
            case 3 ->
                    narrow + " AND EXISTS (SELECT 1 FROM region r WHERE r.id = " + number(6) + ")";
            case 4 -> column + " = (SELECT max(id) FROM customer WHERE id < " + number(12) + ")";
            default -> column + " IN (SELECT id FROM orders WHERE id < " + number(12) + ")";
        };
    }

    /// ` WHERE …`, or nothing at all.
    String where(Relation relation, String prefix) {
        return chance(88) ? " WHERE " + condition(relation, prefix) : "";
    }
}
