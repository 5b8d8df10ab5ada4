package dev.holdfast.server.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is destroyed after approval is gone for everyone, and comes back as it was.
@SideBySide
@OldestAndNewestPostgres
class QuarantineIT {
    private static @Nullable DisposablePostgres postgres;
    private static @Nullable SqlParser parser;
    private static int databases;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private static @Nullable Shop shared;

    /// The database that the tests share, each of which leaves it as it was; or one of the test's own.
    @SuppressWarnings("NullAway.Init") // made before each test
    private Shop shop;

    QuarantineIT(PostgresVersion version) {
        assertThat(server().version()).isEqualTo(version);
    }

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version) throws IOException {
        DisposablePostgres started = DisposablePostgres.start(version);
        Shop.roles(started);
        postgres = started;
        SqlParser parsing = Shop.parser();
        parser = parsing;
        shared = new Shop(started, parsing, "shop", Files.createTempDirectory("quarantine"));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
        if (parser != null) {
            parser.close();
        }
    }

    @BeforeEach
    void share() {
        if (shared == null) {
            throw new IllegalStateException("not started");
        }
        shop = shared;
    }

    /// From here on the test has a database of its own.
    private void ownDatabase() throws IOException {
        databases++;
        shop = new Shop(server(), theParser(), "shop" + databases, directory.resolve("quarantine"));
    }

    private static DisposablePostgres server() {
        if (postgres == null) {
            throw new IllegalStateException("not started");
        }
        return postgres;
    }

    private static SqlParser theParser() {
        if (parser == null) {
            throw new IllegalStateException("not started");
        }
        return parser;
    }

    /// Each: the statement, and a query that the agent can run before and after, never in between.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE shop.lines; SELECT * FROM shop.lines",
                "DROP TABLE lines; SELECT * FROM shop.lines",
                "DROP TABLE shop.orders CASCADE; SELECT * FROM shop.spent",
                "DROP TABLE shop.orders, shop.lines CASCADE; SELECT * FROM shop.best",
                "DROP TABLE shop.customers CASCADE; SELECT email FROM shop.customers",
                "DROP TABLE shop.events; SELECT * FROM shop.events",
                "DROP TABLE shop.events_1; SELECT * FROM shop.events_1",
                "DROP TABLE parts.events_1; SELECT 1/(count(*) / 30) FROM shop.events",
                "DROP TABLE shop.base CASCADE; SELECT * FROM shop.child",
                "DROP VIEW shop.best; SELECT * FROM shop.best",
                "DROP VIEW shop.spent CASCADE; SELECT * FROM shop.spent",
                "DROP MATERIALIZED VIEW shop.totals; SELECT * FROM shop.totals",
                "DROP SEQUENCE shop.numbers; SELECT 'shop.numbers'::regclass",
                "DROP SCHEMA shop, parts CASCADE; SELECT * FROM shop.spent",
                "DROP TABLE IF EXISTS shop.nothing, shop.keyless; SELECT * FROM shop.keyless",
            })
    void whatIsDroppedIsGoneForTheAgentAndComesBackAsItWas(String statementAndQuery)
            throws Exception {
        String[] parts = statementAndQuery.split("; ", 2);
        assertThat(shop.agentCan(parts[1])).isTrue();
        List<?> catalog = shop.catalog();
        Map<String, DatabaseContents.Rows> rows = server().contents(shop.database).tables();

        var done = shop.destroy(parts[0]);

        assertThat(shop.agentCan(parts[1])).isFalse();
        assertThat(shop.catalog()).isNotEqualTo(catalog);
        assertThat(parts[0]).startsWith(done.commandTag());
        assertThat(shop.quarantine.find(done.entry()).state()).isEqualTo(Entry.State.KEPT);
        shop.quarantine.restore(done.entry(), true);
        assertThat(shop.agentCan(parts[1])).isFalse();
        assertThat(shop.quarantine.restore(done.entry(), false).state())
                .isEqualTo(Entry.State.RESTORED);

        assertThat(shop.agentCan(parts[1])).isTrue();
        assertThat(shop.catalog()).isEqualTo(catalog);
        assertThat(server().contents(shop.database).tables()).isEqualTo(rows);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE shop.lines",
                "TRUNCATE shop.orders, shop.lines RESTART IDENTITY",
                "TRUNCATE shop.customers RESTART IDENTITY CASCADE",
                "TRUNCATE shop.events",
                "TRUNCATE shop.events_1, ONLY parts.events_1",
                "TRUNCATE shop.base",
                "TRUNCATE ONLY shop.base",
                "TRUNCATE shop.keyless",
            })
    void whatIsTruncatedIsEmptyAndComesBackAsItWas(String statement) throws Exception {
        List<?> catalog = shop.catalog();
        DatabaseContents before = server().contents(shop.database);

        var done = shop.destroy(statement);

        Map<String, DatabaseContents.Rows> emptied = server().contents(shop.database).tables();
        assertThat(emptied).isNotEqualTo(before.tables());
        for (Dump dump : shop.quarantine.find(done.entry()).dumps()) {
            assertThat(emptied.get(dump.relation())).extracting("count").isEqualTo(0L);
        }
        assertThat(done.commandTag()).isEqualTo("TRUNCATE TABLE");
        shop.quarantine.restore(done.entry(), false);

        assertThat(server().contents(shop.database).tables()).isEqualTo(before.tables());
        assertThat(shop.catalog()).isEqualTo(catalog);
    }

    @Test
    void theValuesOfAColumnComeBack() throws Exception {
        ownDatabase();
        // Extended statistics over a dropped column are not made anew, so they stop the statement.
        assertThat(shop.refusal("ALTER TABLE shop.customers DROP COLUMN email").rule())
                .isEqualTo("destroy.dependents");
        shop.sql("DROP STATISTICS shop.customers_stats");
        List<?> catalog = shop.catalog();
        String sums =
                "SELECT (SELECT string_agg(concat_ws('|', id, email, \"Full Name\", visits, size), ','"
                        + " ORDER BY id) FROM shop.customers) || (SELECT string_agg(concat_ws('|',"
                        + " id, \"order\", parent, note), ',' ORDER BY id) FROM shop.lines)";
        String before = shop.value(sums);
        for (String statement :
                List.of(
                        "ALTER TABLE shop.customers DROP COLUMN email",
                        "ALTER TABLE shop.customers DROP COLUMN \"Full Name\"",
                        "ALTER TABLE shop.customers DROP COLUMN size",
                        "ALTER TABLE shop.customers DROP COLUMN visits",
                        "ALTER TABLE shop.lines DROP COLUMN parent",
                        "ALTER TABLE shop.lines DROP COLUMN \"order\"",
                        "ALTER TABLE shop.customers ALTER COLUMN visits TYPE int",
                        "ALTER TABLE shop.customers ALTER COLUMN visits TYPE bigint"
                                + " USING visits::text::float8",
                        "ALTER TABLE shop.lines ALTER COLUMN note TYPE char(2) USING note::char(2)",
                        "ALTER TABLE shop.lines ALTER \"order\" SET DATA TYPE bigint")) {
            var done = shop.destroy(statement);

            assertThat(done.commandTag()).isEqualTo("ALTER TABLE");
            assertThat(shop.catalog()).as(statement).isNotEqualTo(catalog);
            shop.quarantine.restore(done.entry(), false);
            assertThat(shop.value(sums)).as(statement).isEqualTo(before);
            assertThat(shop.catalog()).as(statement).isEqualTo(catalog);
        }
        // Nobody's triggers ran.
        assertThat(shop.value("SELECT count(*) FROM shop.noted")).isEqualTo("0");
    }

    @Test
    void valuesThatWereChangedSinceAreConvertedAndOthersAreAsTheyWere() throws Exception {
        ownDatabase();
        var done =
                shop.destroy(
                        "ALTER TABLE shop.lines ALTER COLUMN note TYPE char(2) USING note::char(2)");
        shop.sql(
                "UPDATE shop.lines SET note = 'zz' WHERE id = 12; DELETE FROM shop.lines WHERE id = 300");

        shop.quarantine.restore(done.entry(), false);

        assertThat(
                        shop.value(
                                "SELECT string_agg(note, ',' ORDER BY id) FROM shop.lines WHERE id IN (11, 12, 13)"))
                .isEqualTo("n11,zz,n13");
    }

    @Test
    void aNameIsFreeAtOnceAndTwoDropsOfItDoNotMeet() throws Exception {
        ownDatabase();
        var first = shop.destroy("DROP TABLE shop.lines");
        shop.sql(
                "SET ROLE keeper; CREATE TABLE shop.lines (id bigint PRIMARY KEY, x serial);"
                        + " INSERT INTO shop.lines VALUES (1)");
        var second = shop.destroy("DROP TABLE shop.lines");
        shop.sql("SET ROLE keeper; CREATE TABLE shop.lines (id int PRIMARY KEY)");

        assertThatThrownBy(() -> shop.quarantine.restore(first.entry(), false))
                .isInstanceOf(Quarantine.InTheWayException.class)
                .hasMessageContaining("cannot put back shop.lines: ")
                .hasMessageContaining("already exists");
        assertThat(shop.quarantine.find(first.entry()).state()).isEqualTo(Entry.State.KEPT);

        shop.sql("DROP TABLE shop.lines");
        shop.quarantine.restore(second.entry(), false);
        assertThat(shop.value("SELECT count(*) FROM shop.lines")).isEqualTo("1");
        shop.sql(
                "ALTER TABLE shop.lines RENAME TO others; ALTER INDEX shop.lines_pkey RENAME TO o;"
                        + " ALTER SEQUENCE shop.lines_x_seq RENAME TO s");
        shop.quarantine.restore(first.entry(), false);
        assertThat(shop.value("SELECT count(*) FROM shop.lines")).isEqualTo("300");
    }

    @Test
    void nobodyElseReachesWhatIsKeptWhoeverMadeWayForIt() throws Exception {
        ownDatabase();
        // Default rights of the restore role must not open the quarantine.
        shop.sql("ALTER DEFAULT PRIVILEGES FOR ROLE restorer GRANT ALL ON SCHEMAS TO agent");
        var done = shop.destroy("DROP TABLE shop.orders CASCADE");
        Entry entry = shop.quarantine.find(done.entry());

        String schema = entry.schemas().getFirst();
        assertThat(shop.value("SELECT count(*) FROM " + schema + ".orders")).isEqualTo("200");
        for (String relation : List.of("orders", "spent", "best", "orders_id_seq", "totals")) {
            assertThat(shop.agentCan("SELECT * FROM " + schema + "." + relation)).isFalse();
        }
        assertThat(
                        shop.value(
                                "SELECT count(*) FROM pg_class c, unnest(ARRAY['agent', 'clerk',"
                                        + " 'keeper']) r WHERE relnamespace::regnamespace::text = '"
                                        + schema
                                        + "' AND relkind IN ('r', 'v', 'm') AND"
                                        + " has_table_privilege(r, c.oid, 'SELECT')"))
                .isEqualTo("0");
        // Rows of the table that it references can go, as after any DROP.
        shop.sql("DELETE FROM shop.customers WHERE id = 7");
        assertThat(shop.value("SELECT count(*) FROM " + schema + ".orders")).isEqualTo("200");
        assertThatThrownBy(() -> shop.quarantine.restore(done.entry(), true))
                .hasMessageContaining("cannot put back the foreign key orders_customer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE shop.orders; destroy.refused-by-database",
                "DROP TABLE shop.child; destroy.not-covered",
                "DROP TABLE shop.nothing; destroy.missing",
                "DROP TABLE pg_catalog.pg_class; destroy.system",
                "DROP VIEW shop.orders; destroy.refused-by-database",
                "DROP SCHEMA shop; destroy.refused-by-database",
                "DROP SCHEMA nothing; destroy.missing",
                "DROP FUNCTION shop.note() CASCADE; destroy.not-covered",
                "DROP TYPE shop.size CASCADE; destroy.not-covered",
                "DROP DATABASE shop; destroy.not-covered",
                "DROP TABLE foreigner; destroy.role",
                "TRUNCATE shop.orders; destroy.refused-by-database",
                "TRUNCATE shop.spent; destroy.missing",
                "TRUNCATE ONLY shop.events; destroy.not-covered",
                "ALTER TABLE shop.customers DROP COLUMN id CASCADE; destroy.not-covered",
                "ALTER TABLE shop.orders DROP COLUMN doubled; destroy.not-covered",
                "ALTER TABLE shop.orders DROP COLUMN total CASCADE; destroy.dependents",
                "ALTER TABLE shop.keyless DROP COLUMN b; destroy.not-covered",
                "ALTER TABLE shop.events DROP COLUMN what; destroy.not-covered",
                "ALTER TABLE shop.lines DROP COLUMN note, DROP COLUMN parent; destroy.not-covered",
                "ALTER TABLE shop.lines ALTER note TYPE int USING length(note); destroy.not-covered",
                "ALTER TABLE shop.lines ALTER note TYPE shop.size; destroy.not-covered",
                "ALTER TABLE shop.lines ALTER note TYPE int USING 1; destroy.not-covered",
                "DELETE FROM shop.lines; destroy.not-covered",
            })
    void whatCannotBeKeptIsRefusedAndNothingChanges(String statementAndRule) throws Exception {
        String[] parts = statementAndRule.split("; ", 2);
        List<?> catalog = shop.catalog();
        DatabaseContents before = server().contents(shop.database);
        List<String> kept = leftOver();

        assertThat(shop.refusal(parts[0]).rule()).isEqualTo(parts[1]);

        assertThat(shop.catalog()).isEqualTo(catalog);
        assertThat(server().contents(shop.database)).isEqualTo(before);
        assertThat(leftOver()).isEqualTo(kept);
    }

    /// Each: what stands in the way, and how it is taken out of it.
    @Test
    void whatElseWouldGoWithItRefusesIt() throws Exception {
        for (String obstacle :
                List.of(
                        "CREATE FUNCTION public.f(shop.orders) RETURNS int LANGUAGE sql AS 'SELECT"
                                + " 1'; DROP FUNCTION public.f",
                        "CREATE TABLE public.t (o shop.orders); DROP TABLE public.t",
                        "CREATE RULE r AS ON INSERT TO shop.noted DO ALSO DELETE FROM shop.orders;"
                                + " DROP RULE r ON shop.noted",
                        "CREATE PUBLICATION p FOR TABLE shop.orders; DROP PUBLICATION p",
                        "CREATE POLICY q ON shop.noted USING (id IN (SELECT id FROM shop.orders));"
                                + " DROP POLICY q ON shop.noted",
                        "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS"
                                + " 'BEGIN END'; DROP FUNCTION public.e",
                        "ALTER TABLE shop.noted ALTER id SET DEFAULT nextval('shop.orders_id_seq');"
                                + " ALTER TABLE shop.noted ALTER id DROP DEFAULT",
                        "CREATE VIEW public.v AS SELECT id FROM shop.orders;"
                                + " ALTER VIEW public.v OWNER TO agent; DROP VIEW public.v")) {
            String[] parts = obstacle.split("; (?=DROP|ALTER TABLE shop.noted ALTER id DROP)", 2);
            shop.sql(parts[0]);
            if (parts[0].contains("event_trigger")) {
                shop.sql("CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION public.e()");
            }
            List<?> catalog = shop.catalog();

            assertThat(shop.refusal("DROP TABLE shop.orders CASCADE").rule())
                    .as(obstacle)
                    .isIn("destroy.dependents", "destroy.not-covered", "destroy.role");

            assertThat(shop.catalog()).as(obstacle).isEqualTo(catalog);
            shop.sql("DROP EVENT TRIGGER IF EXISTS e");
            shop.sql(parts[1]);
        }
        assertThat(shop.refusal("DROP SCHEMA shop CASCADE").detail())
                .contains("table parts.events_1");
    }

    @Test
    void whatOthersUseIsNotWaitedForLongerThanTheLockTime() throws Exception {
        ownDatabase();
        try (Connection other = server().connectAsSuperuser(shop.database)) {
            other.setAutoCommit(false);
            other.createStatement().execute("SELECT count(*) FROM shop.lines");

            assertThat(shop.refusal("TRUNCATE shop.lines").rule()).isEqualTo("destroy.locked");
        }
        assertThat(leftOver()).isEmpty();
    }

    @Test
    void whenTheBackendDiesBeforeCommitNothingHasHappened() throws Exception {
        ownDatabase();
        DatabaseContents before = server().contents(shop.database);
        // The clock is asked when all is done but the entry and COMMIT.
        Quarantine dying =
                shop.quarantine(() -> {
                    shop.sql(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                                    + " usename = 'restorer'");
                    return Instant.EPOCH;
                });
        for (String statement : List.of("DROP TABLE shop.orders CASCADE", "TRUNCATE shop.lines")) {
            assertThatThrownBy(() -> shop.destroy(dying, statement))
                    .isInstanceOf(ChangeRefusedException.class);
        }

        assertThat(server().contents(shop.database)).isEqualTo(before);
        assertThat(leftOver()).isEmpty();
        assertThat(shop.quarantine.list()).isEmpty();
    }

    /// A COMMIT that waits for a standby that is not there has committed, but does not say so.
    @Test
    void whenTheAnswerToCommitIsLostTheOutcomeIsAskedFor()
            throws ChangeRefusedException, IOException, InterruptedException, SQLException {
        ownDatabase();
        shop.sql(
                "ALTER ROLE restorer IN DATABASE "
                        + shop.database
                        + " SET synchronous_commit = on");
        shop.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        shop.sql("SELECT pg_reload_conf()");
        Thread killer =
                Thread.ofVirtual()
                        .start(() ->
                                await().atMost(Duration.ofSeconds(30))
                                        .until(() ->
                                                shop.value(
                                                                "SELECT count(pg_terminate_backend(pid))"
                                                                        + " FROM pg_stat_activity WHERE"
                                                                        + " wait_event = 'SyncRep'")
                                                        .equals("1")));
        try {
            var done = shop.destroy("DROP TABLE shop.orders CASCADE");

            assertThat(shop.quarantine.find(done.entry()).state()).isEqualTo(Entry.State.KEPT);
            assertThat(shop.agentCan("SELECT * FROM shop.orders")).isFalse();
        } finally {
            killer.join();
            shop.sql("ALTER SYSTEM RESET synchronous_standby_names");
            shop.sql("SELECT pg_reload_conf()");
        }
    }

    /// What the next process finds if this one is killed between the entry and the outcome.
    @Test
    void anEntryWithoutAnOutcomeIsResolvedByItsTransaction() throws Exception {
        ownDatabase();
        Entry kept = shop.quarantine.find(shop.destroy("TRUNCATE shop.lines").entry());
        Entries entries = new Entries(shop.directory);
        Entry prepared = kept.in(Entry.State.PREPARED);
        try (Connection other = server().connectAsSuperuser(shop.database)) {
            other.setAutoCommit(false);
            entries.write(prepared.awaiting(Entry.State.KEPT, transactionId(other)));
            assertThat(shop.quarantine.find(kept.id()).state()).isEqualTo(Entry.State.PREPARED);
            assertThatThrownBy(() -> shop.quarantine.restore(kept.id(), false))
                    .hasMessageContaining("whose outcome is not known yet");
            other.commit();
            assertThat(shop.quarantine.find(kept.id())).isEqualTo(kept);

            entries.write(prepared.awaiting(Entry.State.KEPT, transactionId(other)));
            other.rollback();
            assertThatThrownBy(() -> shop.quarantine.find(kept.id()))
                    .hasMessageContaining("nothing was destroyed");
            assertThat(leftOver()).isEmpty();
        }
    }

    private static String transactionId(Connection connection) throws Exception {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
            result.next();
            return result.getString(1);
        }
    }

    @Test
    void aHundredThousandRowsAreTruncatedAndComeBack(TestReporter reporter) throws Exception {
        ownDatabase();
        shop.sql(
                "INSERT INTO shop.lines SELECT n, 1 + n % 200, n - 1, md5(n::text) FROM"
                        + " generate_series(301, 100300) n");
        DatabaseContents before = server().contents(shop.database);
        long start = System.nanoTime();
        var done = shop.destroy("TRUNCATE shop.lines");
        long emptied = System.nanoTime();
        shop.quarantine.restore(done.entry(), false);
        long restored = System.nanoTime();
        reporter.publishEntry(
                Map.of(
                        "truncate, ms", Long.toString((emptied - start) / 1_000_000),
                        "restore, ms", Long.toString((restored - emptied) / 1_000_000)));

        assertThat(server().contents(shop.database).tables()).isEqualTo(before.tables());
    }

    private List<String> leftOver() throws IOException {
        try (var files = Files.list(shop.directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
