package dev.holdfast.server.undo;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Schemas of keys, cascades, triggers that write elsewhere, partitions, generated and identity columns,
/// rules and self-references, and writes to them.
///
/// @param definition tables, triggers, rules and rows as SQL
/// @param tables those made up wholly at random
record RandomSchema(String definition, List<RandomTable> tables) {
    RandomSchema {
        tables = List.copyOf(tables);
    }

    /// The first line of a COPY; the rows follow.
    static final String COPY = "COPY keyed (id, v, extra) FROM STDIN";

    static final String DROP =
            """
            DO $$ DECLARE t text; BEGIN
              FOR t IN SELECT format('%I.%I', nspname, relname) FROM pg_class c
                JOIN pg_namespace n ON n.oid = relnamespace
                WHERE nspname = 'shop' AND relkind IN ('r', 'p') AND NOT relispartition
              LOOP EXECUTE 'DROP TABLE IF EXISTS ' || t || ' CASCADE'; END LOOP;
            END $$
            """;
    private static final List<String> TABLES = List.of("a", "b", "c", "d", "e", "tree", "keyed");
    private static final List<String> ACTIONS =
            List.of("CASCADE", "SET NULL", "NO ACTION", "SET DEFAULT", "RESTRICT");

    private static <T> T pick(RandomGenerator random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    static RandomSchema of(RandomGenerator random) {
        String identity = random.nextBoolean() ? "ALWAYS" : "BY DEFAULT";
        String deferred = random.nextBoolean() ? " DEFERRABLE INITIALLY DEFERRED" : "";
        StringBuilder sql = new StringBuilder();
        sql.append(
                """
                CREATE TABLE marks (id int PRIMARY KEY, n int NOT NULL);
                INSERT INTO marks SELECT g, 0 FROM generate_series(0, 9) g;
                CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text, n int);
                CREATE TABLE sums (id int PRIMARY KEY, n bigint NOT NULL);
                INSERT INTO sums SELECT g, 0 FROM generate_series(0, 3) g;
                CREATE TABLE a (id int GENERATED %s AS IDENTITY PRIMARY KEY, v int, u text UNIQUE,
                  w int GENERATED ALWAYS AS (v * 2) STORED);
                CREATE TABLE b (id int PRIMARY KEY, a int DEFAULT NULL REFERENCES a ON DELETE %s ON UPDATE %s%s,
                  v int, t timestamptz);
                CREATE TABLE c (x int, y text, b int REFERENCES b ON DELETE %s, v int, PRIMARY KEY (y, x));
                CREATE TABLE d (id int, part int, v int, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
                CREATE TABLE d0 PARTITION OF d FOR VALUES IN (0);
                CREATE TABLE d1 PARTITION OF d FOR VALUES IN (1);
                CREATE TABLE d2 PARTITION OF d DEFAULT;
                CREATE TABLE e (id int PRIMARY KEY, d int, part int, v int,
                  FOREIGN KEY (d, part) REFERENCES d ON DELETE CASCADE ON UPDATE CASCADE);
                CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE %s%s, v int);
                CREATE TABLE keyed (id int PRIMARY KEY, v int UNIQUE DEFERRABLE, extra jsonb);
                """
                        .formatted(
                                identity,
                                pick(random, ACTIONS),
                                pick(random, List.of("CASCADE", "NO ACTION")),
                                deferred,
                                pick(random, ACTIONS),
                                pick(random, List.of("CASCADE", "SET NULL")),
                                deferred));
        sql.append(
                """
                INSERT INTO a (v, u) SELECT g, 'u' || g FROM generate_series(1, 30) g;
                INSERT INTO b SELECT g, 1 + g % 30, g, now() FROM generate_series(1, 60) g;
                INSERT INTO c SELECT g, 'k' || g % 7, 1 + g % 60, g FROM generate_series(1, 60) g;
                INSERT INTO d SELECT g, g % 4, g FROM generate_series(1, 40) g;
                INSERT INTO e SELECT id, id, part, v FROM d;
                INSERT INTO tree SELECT g, nullif(g / 2, 0), g FROM generate_series(1, 40) g;
                INSERT INTO keyed SELECT g, g, jsonb_build_object('g', g) FROM generate_series(1, 30) g;
                CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
                  SET search_path = shop AS $$ BEGIN
                  BEGIN INSERT INTO log (what, n) VALUES (TG_TABLE_NAME || TG_OP, 1);
                  EXCEPTION WHEN others THEN NULL; END;
                  UPDATE sums SET n = n + 1 WHERE id IN (1, 2); RETURN NULL; END $$;
                CREATE OR REPLACE FUNCTION churn(m int) RETURNS int LANGUAGE plpgsql SET search_path = shop AS $$ BEGIN
                  UPDATE a SET v = 0 WHERE id BETWEEN 1 AND 3;
                  BEGIN DELETE FROM keyed WHERE id BETWEEN 1 AND 8; RAISE 'x'; EXCEPTION WHEN others THEN
                    UPDATE keyed SET extra = to_jsonb(m) WHERE id = 1; END;
                  RETURN m; END $$;
                CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
                  $$ BEGIN NEW.t = clock_timestamp(); RETURN NEW; END $$;
                """);
        if (random.nextBoolean()) {
            sql.append(
                    "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON b FOR EACH ROW EXECUTE FUNCTION stamp();");
        }
        List<RandomTable> tables = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean refers = i > 0 && random.nextInt(4) > 0;
            tables.add(
                    new RandomTable(
                            "x" + i, refers ? tables.get(random.nextInt(i)) : null, random));
            sql.append(tables.getLast().definition());
        }
        List<String> triggered = new ArrayList<>(TABLES);
        tables.forEach(table -> triggered.add(table.name()));
        for (String table : triggered) {
            if (random.nextInt(3) == 0) {
                sql.append(
                        "CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH %s EXECUTE FUNCTION note();"
                                .formatted(table, random.nextBoolean() ? "ROW" : "STATEMENT"));
            }
        }
        if (random.nextInt(3) == 0) {
            sql.append(
                    "CREATE RULE also AS ON DELETE TO keyed DO ALSO INSERT INTO log (what, n) VALUES ('rule', OLD.v);");
        }
        return new RandomSchema(sql.toString(), tables);
    }

    /// The statements of one transaction.
    List<String> writes(RandomGenerator random) {
        List<String> statements = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            statements.add(write(random));
        }
        return statements;
    }

    private String write(RandomGenerator random) {
        if (random.nextInt(5) < 2) {
            return pick(random, tables).write(random);
        }
        int n = 1 + random.nextInt(60);
        int m = random.nextInt(1_000_000) + 1_000;
        return switch (random.nextInt(21)) {
            case 0 -> "DELETE FROM a WHERE id BETWEEN 1 AND 50 AND id % 17 = " + n % 17;
            case 1 -> "DELETE FROM b WHERE id BETWEEN %d AND %d".formatted(n, n + 5);
            case 2 -> "DELETE FROM c WHERE x BETWEEN 1 AND " + n / 4;
            case 3 -> "DELETE FROM d WHERE id = " + n;
            case 4 ->
                    "UPDATE d SET part = (part + 1) % 4 WHERE id BETWEEN 1 AND 60 AND id % 9 = "
                            + n % 9;
            case 5 -> "DELETE FROM tree WHERE id = " + n;
            case 6 ->
                    "UPDATE tree SET parent = nullif(id - 1, 0) WHERE id BETWEEN 1 AND 60 AND id %% 5 = %d"
                            .formatted(n % 5);
            case 7 ->
                    "UPDATE a SET v = v + 1, u = u || 'x' WHERE id BETWEEN 1 AND 60 AND id % 3 = "
                            + n % 3;
            case 8 ->
                    "INSERT INTO a (v, u) SELECT g, 'n%d' || g FROM generate_series(1, 5) g"
                            .formatted(m);
            case 9 -> "UPDATE b SET id = id + %d WHERE id = %d".formatted(m, n);
            case 10 ->
                    "INSERT INTO b (id, a, v) SELECT %d + g, g, g FROM generate_series(1, 3) g"
                            .formatted(m);
            case 11 -> "UPDATE keyed SET v = 31 - v WHERE id BETWEEN 1 AND 30";
            case 12 -> "DELETE FROM keyed WHERE id BETWEEN 1 AND 60 AND id % 6 = " + n % 6;
            case 13 ->
                    "INSERT INTO keyed VALUES (%d, %d, '{}') ON CONFLICT (id) DO UPDATE SET extra = '[1]'"
                            .formatted(n, m);
            case 14 ->
                    "WITH gone AS (DELETE FROM e WHERE id BETWEEN 1 AND 60 AND id %% 8 = %d RETURNING *) INSERT INTO log (what, n) SELECT 'cte', v FROM gone"
                            .formatted(n % 8);
            case 15 -> "UPDATE c SET y = 'z' || x, v = NULL WHERE x = " + n;
            case 16 -> "UPDATE d SET v = -v WHERE part = " + n % 4;
            case 17 -> "DELETE FROM log WHERE id BETWEEN 1 AND 5000 AND id % 2 = 0";
            case 18 -> "SELECT shop.churn(%d)".formatted(m);
            case 19 -> COPY + "\n%d\t%d\t{}\n%d\t%d\t\\N\n".formatted(m, m, m + 1, m + 1);
            default ->
                    "UPDATE b SET a = 1 + (id + %d) %% 30, v = v + 1 WHERE id BETWEEN 1 AND 60 AND id %% 4 = 1"
                            .formatted(n);
        };
    }
}
