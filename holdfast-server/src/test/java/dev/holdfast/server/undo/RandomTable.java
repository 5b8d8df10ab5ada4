package dev.holdfast.server.undo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A table made up of random parts: a key of one or two columns of any type, a reference to another table,
/// columns of types whose text is hard to get right, generated and identity columns, partitions.
///
/// Every value is an expression of one number, so that keys and references of the same number match.
final class RandomTable {
    private static final int ROWS = 24;
    private static final List<String> ACTIONS =
            List.of("CASCADE", "SET NULL", "NO ACTION", "SET DEFAULT", "RESTRICT");

    /// @param value of the number `%s`
    private record Type(String name, String value) {
        String of(String number) {
            return value.formatted(number);
        }
    }

    private static final List<Type> KEYS =
            List.of(
                    new Type("int", "(%s)::int"),
                    new Type("bigint", "(%s)::bigint * 1000000007"),
                    new Type("text", "E'k''\"\\t,\\\\ ' || (%s)"),
                    new Type("uuid", "md5((%s)::text)::uuid"),
                    new Type("numeric", "(%s)::numeric / 8"),
                    new Type("date", "date '2000-01-01' + (%s)::int %% 1000000"),
                    new Type("bytea", "decode(md5((%s)::text), 'hex')"));
    private static final List<Type> DATA =
            List.of(
                    new Type("float8", "sin((%s)::float8)"),
                    new Type("jsonb", "jsonb_build_object('a', %s, 'b', E'x\"\\\\\\n')"),
                    new Type("text[]", "ARRAY['a,b', NULL, E'\\\\', (%s)::text]"),
                    new Type(
                            "timestamptz",
                            "timestamptz '2024-03-31 01:30+00' + (%s) * interval '7s'"),
                    new Type("interval", "(%s) * interval '1 month 2 days 3.5s'"),
                    new Type("int4range", "int4range((%1$s)::int, (%1$s)::int + 5)"),
                    new Type("bpchar(9)", "('c' || (%s) %% 100)::bpchar(9)"),
                    new Type("bit(5)", "((%s)::int %% 32)::bit(5)"),
                    new Type("money", "(%s)::int::money"),
                    new Type("text", "CASE WHEN (%s) %% 3 = 0 THEN NULL ELSE '' END"));

    private final String name;
    private final List<Type> key = new ArrayList<>();
    private final List<Type> data = new ArrayList<>();
    private final @Nullable RandomTable parent;
    private final String definition;

    /// @param parent to which it refers; null for none
    RandomTable(String name, @Nullable RandomTable parent, RandomGenerator random) {
        this.name = name;
        this.parent = parent;
        for (int i = random.nextInt(2); i >= 0; i--) {
            key.add(pick(random, KEYS));
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            data.add(pick(random, DATA));
        }
        this.definition = definition(random);
    }

    private static <T> T pick(RandomGenerator random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    String name() {
        return name;
    }

    private static List<String> names(String prefix, List<Type> types) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            names.add("\"%s %d\"".formatted(prefix, i));
        }
        return names;
    }

    private static String values(List<Type> types, String number) {
        return types.stream().map(type -> type.of(number)).collect(Collectors.joining(", "));
    }

    private static void columns(
            StringBuilder sql, String prefix, List<Type> types, Function<Type, String> more) {
        List<String> names = names(prefix, types);
        for (int i = 0; i < types.size(); i++) {
            Type type = types.get(i);
            sql.append("%s %s%s, ".formatted(names.get(i), type.name, more.apply(type)));
        }
    }

    private String keyNames() {
        return String.join(", ", names("Key", key));
    }

    private String parentNames() {
        return parent == null ? "" : String.join(", ", names("up", parent.key));
    }

    private String definition(RandomGenerator random) {
        StringBuilder sql = new StringBuilder("CREATE TABLE " + name + " (");
        columns(sql, "Key", key, _ -> "");
        if (random.nextBoolean()) {
            sql.append("gone int, ");
        }
        columns(sql, "data", data, _ -> "");
        if (random.nextBoolean()) {
            sql.append("twice int GENERATED ALWAYS AS (v * 2) STORED, ");
        }
        if (random.nextInt(3) == 0) {
            sql.append("seen int GENERATED ALWAYS AS (v * 3) VIRTUAL, ");
        }
        boolean partitioned = random.nextInt(3) == 0;
        if (random.nextBoolean()) {
            sql.append("number bigint GENERATED ALWAYS AS IDENTITY, ");
        }
        if (parent != null) {
            columns(sql, "up", parent.key, _ -> "");
            sql.append(
                    "FOREIGN KEY (%s) REFERENCES %s ON DELETE %s ON UPDATE %s%s, "
                            .formatted(
                                    parentNames(),
                                    parent.name,
                                    pick(random, ACTIONS),
                                    pick(random, List.of("CASCADE", "NO ACTION", "SET NULL")),
                                    random.nextInt(3) == 0
                                            ? " DEFERRABLE INITIALLY DEFERRED"
                                            : ""));
        }
        sql.append("v int NOT NULL, PRIMARY KEY (%s))".formatted(keyNames()));
        if (partitioned) {
            sql.append(" PARTITION BY HASH (\"Key 0\")");
        }
        sql.append(";\n");
        if (partitioned) {
            for (int i = 0; i < 3; i++) {
                sql.append(
                        "CREATE TABLE %s_%d PARTITION OF %s FOR VALUES WITH (MODULUS 3, REMAINDER %d);%n"
                                .formatted(name, i, name, i));
            }
        }
        if (sql.indexOf("gone int") > 0 && random.nextBoolean()) {
            sql.append("ALTER TABLE %s DROP COLUMN gone;%n".formatted(name));
        }
        sql.append(
                "INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) g;%n"
                        .formatted(name, inserted(), values("g", "1 + g % " + ROWS), ROWS));
        return sql.toString();
    }

    /// As SQL: the table and its rows.
    String definition() {
        return definition;
    }

    private String inserted() {
        return keyNames()
                + ", v, "
                + String.join(", ", names("data", data))
                + (parent == null ? "" : ", " + parentNames());
    }

    /// @param up the number of the row of the parent
    private String values(String number, String up) {
        return values(key, number)
                + ", "
                + number
                + ", "
                + values(data, number)
                + (parent == null ? "" : ", " + values(parent.key, up));
    }

    /// A statement that changes it.
    String write(RandomGenerator random) {
        int n = 1 + random.nextInt(ROWS);
        int m = 1_000 + random.nextInt(100_000) * 8;
        int modulus = 2 + random.nextInt(10);
        String some = "v BETWEEN 1 AND 90 AND v %% %d = %d".formatted(modulus, n % modulus);
        return switch (random.nextInt(9)) {
            case 0 -> "DELETE FROM %s WHERE %s".formatted(name, some);
            case 1 -> "DELETE FROM %s WHERE v = %d".formatted(name, n);
            case 2 ->
                    "UPDATE %s SET v = v + 1, \"data 0\" = %s WHERE %s"
                            .formatted(name, data.getFirst().of("v + " + m % 1000), some);
            case 3 ->
                    "INSERT INTO %s (%s) SELECT %s FROM generate_series(%d, %d) g"
                            .formatted(
                                    name,
                                    inserted(),
                                    values("g", "1 + g % " + ROWS),
                                    m,
                                    m + random.nextInt(8));
            case 4 ->
                    "UPDATE %s SET (%s) = ROW(%s) WHERE v = %d"
                            .formatted(name, keyNames(), values(key, String.valueOf(m)), n);
            case 5 ->
                    parent == null
                            ? "UPDATE %s SET v = -v WHERE %s".formatted(name, some)
                            : "UPDATE %s SET (%s) = ROW(%s) WHERE %s"
                                    .formatted(
                                            name,
                                            parentNames(),
                                            values(parent.key, String.valueOf(n)),
                                            some);
            case 6 ->
                    "INSERT INTO %s (%s) SELECT %s FROM generate_series(%d, %d) g ON CONFLICT (%s) DO UPDATE SET v = %s.v + 100 WHERE %s.v BETWEEN -100 AND 5000"
                            .formatted(
                                    name,
                                    inserted(),
                                    values("g", String.valueOf(n)),
                                    n,
                                    n + 3,
                                    keyNames(),
                                    name,
                                    name);
            case 7 ->
                    """
                    MERGE INTO %s t USING (SELECT %s AS n) s ON t.v = s.n
                      WHEN MATCHED AND t.v %% 2 = 0 THEN DELETE
                      WHEN MATCHED THEN UPDATE SET v = t.v + 1000
                      WHEN NOT MATCHED THEN INSERT (%s) VALUES (%s)\
                    """
                            .formatted(name, n, inserted(), values("s.n + " + m, "s.n"));
            default -> "UPDATE %s SET v = v WHERE v BETWEEN %d AND %d".formatted(name, n, n + 6);
        };
    }
}
