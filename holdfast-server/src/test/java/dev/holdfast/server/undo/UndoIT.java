package dev.holdfast.server.undo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.undo.UndoReport.Conflict;
import dev.holdfast.server.undo.UndoReport.Outcome;
import dev.holdfast.server.undo.UndoReport.Reason;
import dev.holdfast.server.undo.UndoWish.Triggers;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/// What an agent changed is put back: looked at by the checksum of every table.
@SideBySide
@OldestAndNewestPostgres
class UndoIT {
    @TempDir private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before each invocation of the class
    private static UndoStage stage;

    UndoIT(PostgresVersion version) {}

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version) throws IOException {
        stage = new UndoStage(version, directory.resolve("journal-" + version.major()));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        stage.close();
    }

    @BeforeEach
    void empty() {
        stage.postgres.sqlIn(
                "shop",
                """
                DO $$ DECLARE t text; BEGIN
                  FOR t IN SELECT format('%I.%I', nspname, relname) FROM pg_class c
                    JOIN pg_namespace n ON n.oid = relnamespace
                    WHERE nspname = 'shop' AND relkind IN ('r', 'p') AND NOT relispartition
                  LOOP EXECUTE 'DROP TABLE IF EXISTS ' || t || ' CASCADE'; END LOOP;
                END $$
                """);
    }

    private static Object contents() {
        return stage.postgres.contents("shop").tables();
    }

    private static UndoWish wish(boolean force, boolean dryRun, Triggers triggers) {
        return new UndoWish("ann", List.of(), List.of(), force, dryRun, triggers);
    }

    @Test
    void putsBackWhatWasDeletedChangedAndAddedWithAllThatCascaded() throws Exception {
        stage.given(
                """
                CREATE TABLE customers (id int PRIMARY KEY, name text, born date, note text);
                CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                  customer int NOT NULL REFERENCES customers ON DELETE CASCADE ON UPDATE CASCADE,
                  net numeric, gross numeric GENERATED ALWAYS AS (net * 1.2) STORED, paid timestamptz);
                CREATE TABLE lines (order_id int REFERENCES orders ON DELETE CASCADE, n int,
                  what text, PRIMARY KEY (order_id, n));
                INSERT INTO customers SELECT g, 'name ' || g, date '2000-01-01' + g, E'a\\tb\\\\c\\n' || g
                  FROM generate_series(1, 50) g;
                INSERT INTO customers VALUES (51, NULL, NULL, ''), (52, '', '-infinity', NULL);
                INSERT INTO orders (customer, net, paid) SELECT 1 + g % 50, g + 0.10, now() FROM generate_series(1, 200) g;
                INSERT INTO lines SELECT id, n, 'x' FROM orders, generate_series(1, 3) n;
                """);
        Object before = contents();
        String id =
                stage.agent(
                        "DELETE FROM customers WHERE id <= 10",
                        "UPDATE customers SET id = id + 1000, note = note || '!' WHERE id BETWEEN 11 AND 20",
                        "UPDATE customers SET born = 'infinity' WHERE id > 50",
                        "INSERT INTO orders (customer, net) SELECT 30, 7 FROM generate_series(1, 5)",
                        "UPDATE orders SET net = -net WHERE customer = 31");
        assertThat(contents()).isNotEqualTo(before);
        Object after = contents();

        UndoReport report = stage.undo(id);

        assertThat(contents()).isEqualTo(before);
        assertThat(report.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(report.conflicting()).isZero();
        assertThat(report.tables()).hasSize(3);
        assertThat(stage.record.getLast().agent()).isEqualTo("undo by ann");

        UndoReport again = stage.undo(report.id());
        assertThat(contents()).isEqualTo(after);
        stage.undo(again.id());
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void leavesRowsAloneThatWereChangedSince() throws Exception {
        stage.given(
                "CREATE TABLE t (id int PRIMARY KEY, a text, b int);"
                        + " INSERT INTO t SELECT g, 'a' || g, g FROM generate_series(1, 10) g");
        Object before = contents();
        String id =
                stage.agent(
                        "UPDATE t SET a = 'agent' WHERE id <= 5",
                        "DELETE FROM t WHERE id IN (9, 10)",
                        "INSERT INTO t VALUES (11, 'agent', 0)");
        stage.given(
                "UPDATE t SET b = 77 WHERE id = 2; DELETE FROM t WHERE id = 3;"
                        + " INSERT INTO t VALUES (9, 'person', 9); UPDATE t SET b = 5 WHERE id = 11");

        UndoReport tried = stage.undo(id, wish(false, true, Triggers.AUTO));
        assertThat(tried.outcome()).isEqualTo(Outcome.DRY_RUN);
        assertThat(stage.value("SELECT count(*) FROM shop.t WHERE a = 'agent'")).isEqualTo("5");

        UndoReport report = stage.undo(id);
        UndoReport.Table table = report.tables().getFirst();
        assertThat(table.restored()).isEqualTo(4);
        assertThat(tried.tables()).isEqualTo(report.tables());
        assertThat(table.conflicts())
                .containsExactlyInAnyOrder(
                        new Conflict("2", Reason.CHANGED, List.of("b")),
                        new Conflict("3", Reason.GONE, List.of()),
                        new Conflict("9", Reason.TAKEN, List.of()),
                        new Conflict("11", Reason.CHANGED, List.of("b")));
        assertThat(stage.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM shop.t"))
                .isEqualTo("1 2 4 5 6 7 8 9 10 11");

        UndoReport forced = stage.undo(id, wish(true, false, Triggers.AUTO));
        assertThat(forced.tables().getFirst().overwritten()).isEqualTo(4);
        assertThat(contents()).isEqualTo(before);
        assertThat(stage.undo(id).outcome()).isEqualTo(Outcome.NOTHING);
    }

    @Test
    void restoresOnlyTheTablesAndRowsThatAreWanted() throws Exception {
        stage.given(
                "CREATE TABLE a (x int, y text, PRIMARY KEY (x, y)); CREATE TABLE b (id int PRIMARY KEY);"
                        + " INSERT INTO a VALUES (1, 'p'), (2, 'q'), (3, 'r'); INSERT INTO b VALUES (1), (2)");
        String id = stage.agent("DELETE FROM a", "DELETE FROM b");
        stage.undo(
                id,
                new UndoWish(
                        "ann", List.of("shop.a"), List.of("2,q"), false, false, Triggers.AUTO));
        assertThat(
                        stage.value(
                                "SELECT (SELECT string_agg(y, ' ') FROM shop.a) || (SELECT count(*) FROM shop.b)"))
                .isEqualTo("q0");
        stage.undo(id);
        assertThat(
                        stage.value(
                                "SELECT (SELECT count(*) FROM shop.a) + (SELECT count(*) FROM shop.b)"))
                .isEqualTo("5");
    }

    @Test
    void undoesAGroupNewestFirst() throws Exception {
        stage.given(
                "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, 2)");
        Object before = contents();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(
                    stage.agent(
                            "UPDATE t SET v = v * 3 + " + i,
                            "DELETE FROM t WHERE id = " + (i - 1),
                            "INSERT INTO t VALUES (" + (100 + i) + ", 0)"));
        }
        for (String id : ids.reversed()) {
            assertThat(stage.undo(id).conflicting()).isZero();
        }
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void putsBackCyclesAndTablesThatReferToThemselves() throws Exception {
        stage.given(
                """
                CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
                CREATE TABLE x (id int PRIMARY KEY, y int);
                CREATE TABLE y (id int PRIMARY KEY, x int REFERENCES x ON DELETE CASCADE);
                ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y ON DELETE CASCADE;
                INSERT INTO tree SELECT g, nullif(g / 2, 0) FROM generate_series(1, 100) g;
                INSERT INTO x VALUES (1, NULL), (2, NULL); INSERT INTO y VALUES (1, 1), (2, 2);
                UPDATE x SET y = id;
                """);
        Object before = contents();
        for (Triggers triggers : List.of(Triggers.QUIET, Triggers.FIRE)) {
            String id = stage.agent("DELETE FROM tree WHERE id = 1", "DELETE FROM x WHERE id = 1");
            assertThat(stage.value("SELECT count(*) FROM shop.tree")).isEqualTo("0");
            stage.undo(id, wish(false, false, triggers));
            assertThat(contents()).isEqualTo(before);
        }
    }

    @Test
    void putsUniqueValuesBackThatChangedPlaces() throws Exception {
        stage.given(
                "CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE);"
                        + " CREATE TABLE c (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE);"
                        + " INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO c VALUES (1, 1)");
        Object before = contents();
        String id =
                stage.agent(
                        "UPDATE t SET code = 'x' WHERE id = 1",
                        "UPDATE t SET code = 'a' WHERE id = 2",
                        "UPDATE t SET code = 'b' WHERE id = 1");
        assertThatThrownBy(() -> stage.undo(id, wish(false, false, Triggers.FIRE)))
                .isInstanceOf(UndoRefusedException.class);
        stage.undo(id);
        assertThat(contents()).isEqualTo(before);
        stage.given("DROP TABLE c");
        Object without = contents();
        String other =
                stage.agent(
                        "UPDATE t SET code = 'x' WHERE id = 1",
                        "UPDATE t SET code = 'a' WHERE id = 2",
                        "UPDATE t SET code = 'b' WHERE id = 1");
        stage.undo(other, wish(false, false, Triggers.FIRE));
        assertThat(contents()).isEqualTo(without);
    }

    private static final String STAMPED =
            """
            CREATE TABLE log (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);
            CREATE TABLE total (id int PRIMARY KEY, sum bigint);
            CREATE TABLE t (id int PRIMARY KEY, v int, at timestamptz);
            CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN NEW.at = clock_timestamp(); RETURN NEW; END $$;
            CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = shop AS
              $$ BEGIN INSERT INTO log (what) VALUES (TG_OP);
                UPDATE total SET sum = (SELECT coalesce(sum(v), 0) FROM t); RETURN NULL; END $$;
            INSERT INTO total VALUES (1, 55);
            INSERT INTO t SELECT g, g, now() FROM generate_series(1, 10) g;
            CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();
            CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
            """;

    @Test
    void putsBackWhatTriggersWroteElsewhereAndWhatTheyWriteIntoTheRow() throws Exception {
        stage.given(STAMPED);
        Object before = contents();
        String id =
                stage.agent("UPDATE t SET v = v + 1 WHERE id < 5", "DELETE FROM t WHERE id > 7");
        stage.undo(id);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void refusesWhereTriggersRunAndChangeOtherRows() throws Exception {
        stage.given(STAMPED);
        String id = stage.agent("DELETE FROM t WHERE id > 7");
        Object after = contents();
        assertThatThrownBy(() -> stage.undo(id, UndoStage.WISH, "plain"))
                .isInstanceOf(UndoRefusedException.class)
                .hasMessageContaining("more or other than putting its rows back")
                .hasMessageContaining("log");
        assertThat(contents()).isEqualTo(after);
        UndoReport forced = stage.undo(id, wish(true, false, Triggers.AUTO), "plain");
        assertThat(forced.quiet()).isFalse();
        assertThat(forced.also()).isNotEmpty();
        assertThat(stage.value("SELECT count(*) FROM shop.t")).isEqualTo("10");
    }

    @Test
    void leavesRowsAloneWhoseForeignKeysWouldNotHold() throws Exception {
        stage.given(
                "CREATE TABLE p (id int PRIMARY KEY);"
                        + " CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);"
                        + " INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2)");
        String id = stage.agent("DELETE FROM c WHERE id = 1", "INSERT INTO p VALUES (7), (8)");
        stage.given("DELETE FROM p WHERE id = 1; INSERT INTO c VALUES (70, 7)");
        UndoReport report = stage.undo(id);
        assertThat(report.restored()).isEqualTo(1);
        List<Conflict> conflicts =
                report.tables().stream().flatMap(table -> table.conflicts().stream()).toList();
        assertThat(conflicts)
                .containsExactlyInAnyOrder(
                        new Conflict("1", Reason.PARENT_MISSING, List.of()),
                        new Conflict("7", Reason.STILL_REFERRED_TO, List.of()));
        assertThat(stage.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM shop.p"))
                .isEqualTo("2 7");
    }

    @Test
    void putsBackRowsOfPartitionsAndRowsThatMovedBetweenThem() throws Exception {
        stage.given(
                """
                CREATE TABLE m (id int, at date, v int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
                CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                CREATE TABLE m2 PARTITION OF m FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
                CREATE TABLE r (id int PRIMARY KEY, m int, at date,
                  FOREIGN KEY (m, at) REFERENCES m ON UPDATE CASCADE ON DELETE CASCADE);
                INSERT INTO m SELECT g, date '2026-01-01' + g, g FROM generate_series(1, 50) g;
                INSERT INTO r SELECT id, id, at FROM m;
                """);
        Object before = contents();
        String id =
                stage.agent(
                        "DELETE FROM m WHERE id < 10",
                        "UPDATE m SET v = -v WHERE id BETWEEN 20 AND 40",
                        "UPDATE m SET at = at + 28 WHERE id = 15");
        stage.undo(id);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void fillsColumnsThatWereAddedSinceAndRefusesWhereOneIsGone() throws Exception {
        stage.given(
                "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
        String id = stage.agent("DELETE FROM t WHERE id = 1", "UPDATE t SET a = 'x'");
        stage.given("ALTER TABLE t ADD new int DEFAULT 5; UPDATE t SET new = 9");
        stage.undo(id);
        assertThat(stage.value("SELECT string_agg(id || a || new, ' ' ORDER BY id) FROM shop.t"))
                .isEqualTo("1a5 2b9");
        stage.given("ALTER TABLE t DROP a");
        assertThatThrownBy(() -> stage.undo(id))
                .hasMessageContaining("column a of shop.t is not there");
        stage.given("ALTER TABLE t ADD a int");
        assertThatThrownBy(() -> stage.undo(id)).hasMessageContaining("is of type integer now");
        stage.given("DROP TABLE t");
        assertThatThrownBy(() -> stage.undo(id)).hasMessageContaining("table shop.t is not there");
    }

    /// Columns that a key only carries along are no part of it, and a key may end in a range.
    @Test
    void findsRowsByKeysOfEveryKind() throws Exception {
        boolean temporal = stage.postgres.version().major() >= 18;
        stage.given(
                """
                CREATE TABLE t (id int, carried int, v text, PRIMARY KEY (id) INCLUDE (carried));
                INSERT INTO t SELECT g, g, 'v' FROM generate_series(1, 3) g;
                """
                        + (temporal
                                ? """
                                CREATE TABLE during (id int4range, at datemultirange, v text,
                                  PRIMARY KEY (id, at WITHOUT OVERLAPS));
                                CREATE TABLE span (id int4range, at int4range, v text,
                                  PRIMARY KEY (id, at WITHOUT OVERLAPS));
                                INSERT INTO during VALUES ('[1,1]', '{[2026-01-01,2026-02-01)}', 'a'),
                                  ('[1,1]', '{[2026-02-01,2026-03-01)}', 'b');
                                INSERT INTO span VALUES ('[1,1]', '[1,5)', 'a'), ('[1,1]', '[5,9)', 'b');
                                """
                                : ""));
        Object before = contents();
        List<String> statements =
                new ArrayList<>(
                        List.of(
                                "DELETE FROM t WHERE id = 1",
                                "UPDATE t SET carried = 9, v = 'w' WHERE id = 2",
                                "UPDATE t SET id = 30 WHERE id = 3"));
        if (temporal) {
            statements.add("DELETE FROM during WHERE v = 'a'");
            statements.add("UPDATE during SET v = 'c' WHERE v = 'b'");
            statements.add("UPDATE span SET at = '[1,4)' WHERE v = 'a'");
            statements.add("INSERT INTO span VALUES ('[1,1]', '[4,5)', 'c')");
        }
        String id = stage.agent(statements.toArray(String[]::new));

        assertThat(stage.undo(id).conflicting()).isZero();
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void restoresEveryTypeOfValue() throws Exception {
        stage.given(
                """
                DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('good', 'bad');
                CREATE TABLE t (id uuid PRIMARY KEY, a mood, b float8, c numeric, d jsonb, e json, f bytea,
                  g int[], h text[], i interval, j money, k inet, l char(5), m timestamptz, n xml, o bit(3),
                  p int4range, q regclass, r point, s "char");
                INSERT INTO t SELECT gen_random_uuid(), 'bad', 'NaN', 1.500, '{"a": [1, null]}', '{"b":  1}',
                  '\\x00ff', '[0:1]={1,NULL}', ARRAY['a"b', NULL, '', 'c,d'], '1 mon -2 days 03:00', 12.34,
                  '10.0.0.1', 'ab', '1900-01-01 BC', '<a>b</a>', B'101', '[1,5)', 'pg_class', '(1,2)', 'x';
                INSERT INTO t SELECT gen_random_uuid(), 'good', 0.1::float8 + 0.2, 'NaN', 'null', '[]', '',
                  '{}', '{}', '0', -1, '::1', '', 'infinity', NULL, NULL, 'empty', NULL, NULL, '';
                """);
        Object before = contents();
        String deleted = stage.agent("DELETE FROM t");
        assertThat(stage.undo(deleted).restored()).isEqualTo(2);
        assertThat(contents()).isEqualTo(before);
        String changed =
                stage.agent(
                        "UPDATE t SET a = 'good', b = 1, c = 1, d = '1', e = '2', f = '', g = NULL, h = NULL,"
                                + " i = '1 day', j = 1, k = NULL, l = 'z', m = now(), n = NULL, o = NULL");
        stage.undo(changed);
        assertThat(contents()).isEqualTo(before);
    }
}
