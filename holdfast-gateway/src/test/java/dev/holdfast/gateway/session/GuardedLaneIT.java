package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Close;
import dev.holdfast.pgwire.FrontendMessage.CopyData;
import dev.holdfast.pgwire.FrontendMessage.CopyDone;
import dev.holdfast.pgwire.FrontendMessage.CopyFail;
import dev.holdfast.pgwire.FrontendMessage.Describe;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same messages to PostgreSQL itself and through the guarded lane: the same answers, message by
/// message, and the same rows afterwards.
@SideBySide
class GuardedLaneIT {
    private static final String DIRECT = "direct";

    private static final String SCHEMA =
            """
            CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
            INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 1000) n;
            """;

    private static final String MORE =
            """
            CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL
              REFERENCES customer ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO orders SELECT n, n %% 100 + 1 FROM generate_series(1, 300) n;
            GRANT ALL ON customer, orders TO %s;
            GRANT USAGE ON SCHEMA public TO %1$s;
            """
                    .formatted(GatewayFixture.ROLE);

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient direct;
    private RawClient guarded;

    /// What the built-in policy refuses is allowed, guarded.
    static final class Writing implements Policy {
        private static final Policy READ_ONLY = new ReadOnlyPolicy();
        private final Obligations owed;

        Writing(Obligations owed) {
            this.owed = owed;
        }

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            Decision decision = READ_ONLY.decide(principal, analysis);
            return decision instanceof Decision.Deny && analysis instanceof Analysis.Understood
                    ? new Decision.Allow("test.write", owed)
                    : decision;
        }

        @Override
        public boolean grantsWrites(Principal principal) {
            return true;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
        postgres.sqlIn(GatewayFixture.DATABASE, MORE);
        postgres.createDatabase(DIRECT);
        postgres.sqlIn(DIRECT, SCHEMA + MORE);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        gateway.policy = new Writing(new Obligations(true, 0, 0, 0));
        gateway.keeper.reset();
        guarded = gateway.login();
        direct =
                RawClient.login(
                        new InetSocketAddress(postgres.host(), postgres.port()),
                        GatewayFixture.ROLE,
                        GatewayFixture.PASSWORD,
                        DIRECT);
    }

    @AfterEach
    void close() throws IOException {
        guarded.close();
        direct.close();
    }

    private static FrontendMessage[] extended(String sql) {
        return new FrontendMessage[] {
            new Parse("", sql, List.of()),
            new Bind("", "", List.of(), List.of(), List.of()),
            new Describe(DescribeTarget.PORTAL, ""),
            new Execute("", 0)
        };
    }

    private static List<FrontendMessage> batch(String... statements) {
        List<FrontendMessage> messages = new ArrayList<>();
        for (String sql : statements) {
            messages.addAll(List.of(extended(sql)));
        }
        messages.add(new Sync());
        return messages;
    }

    private static List<FrontendMessage> queries(String... statements) {
        List<FrontendMessage> messages = new ArrayList<>();
        for (String sql : statements) {
            messages.add(new Query(sql));
        }
        return messages;
    }

    private static CopyData data(String text) {
        return new CopyData(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    /// Each script with what it is about.
    static List<Map.Entry<String, List<FrontendMessage>>> scripts() {
        List<Map.Entry<String, List<FrontendMessage>>> all = new ArrayList<>();
        all.add(Map.entry("an update", queries("UPDATE customer SET name = 'x' WHERE id = 1")));
        all.add(
                Map.entry(
                        "writes outside a transaction, one after the other",
                        queries(
                                "INSERT INTO customer VALUES (2001, 'new')",
                                "SELECT name FROM customer WHERE id = 2001",
                                "DELETE FROM customer WHERE id = 2001 RETURNING id, name",
                                "SELECT count(*) FROM customer")));
        all.add(
                Map.entry(
                        "several statements in one query string",
                        queries(
                                "INSERT INTO customer VALUES (2002, 'a'); SELECT 1; DELETE FROM customer"
                                        + " WHERE id = 2002")));
        all.add(
                Map.entry(
                        "the second of several fails",
                        queries(
                                "INSERT INTO customer VALUES (2003, 'a'); INSERT INTO customer VALUES (1,"
                                        + " 'taken')",
                                "SELECT count(*) FROM customer WHERE id = 2003")));
        all.add(
                Map.entry(
                        "an error and what follows it",
                        queries(
                                "INSERT INTO customer VALUES (1, 'taken')",
                                "UPDATE customer SET name = NULL WHERE id = 2",
                                "SELECT 1")));
        all.add(
                Map.entry(
                        "a transaction that commits",
                        queries(
                                "BEGIN",
                                "UPDATE customer SET name = 'y' WHERE id < 10",
                                "SELECT count(*) FROM customer WHERE name = 'y'",
                                "COMMIT",
                                "SELECT 1")));
        all.add(
                Map.entry(
                        "a transaction that is rolled back",
                        queries(
                                "START TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                                "DELETE FROM customer WHERE id = 5",
                                "ROLLBACK",
                                "SELECT count(*) FROM customer")));
        all.add(
                Map.entry(
                        "a transaction that fails",
                        queries(
                                "BEGIN",
                                "DELETE FROM customer WHERE id = 6",
                                "INSERT INTO customer VALUES (1, 'taken')",
                                "SELECT 1",
                                "COMMIT",
                                "SELECT count(*) FROM customer WHERE id = 6")));
        all.add(
                Map.entry(
                        "savepoints",
                        queries(
                                "BEGIN",
                                "SAVEPOINT a",
                                "DELETE FROM customer WHERE id = 7",
                                "ROLLBACK TO a",
                                "UPDATE customer SET name = 'kept' WHERE id = 7",
                                "RELEASE a",
                                "END")));
        all.add(
                Map.entry(
                        "a deferred constraint that fails at COMMIT",
                        queries(
                                "BEGIN",
                                "INSERT INTO orders VALUES (901, 99999)",
                                "COMMIT",
                                "SELECT count(*) FROM orders WHERE id = 901")));
        all.add(
                Map.entry(
                        "a deferred constraint outside a transaction",
                        queries("INSERT INTO orders VALUES (902, 99998)", "SELECT 1")));
        all.add(Map.entry("a cascade", queries("DELETE FROM customer WHERE id = 50")));
        all.add(
                Map.entry(
                        "upsert, MERGE and a writing CTE",
                        queries(
                                "INSERT INTO customer VALUES (11, 'up') ON CONFLICT (id) DO UPDATE SET"
                                        + " name = excluded.name RETURNING *",
                                "MERGE INTO customer c USING (VALUES (12, 'm'), (3000, 'n')) v(id, name)"
                                        + " ON c.id = v.id WHEN MATCHED THEN UPDATE SET name = v.name"
                                        + " WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.name)",
                                "WITH d AS (DELETE FROM customer WHERE id = 3000 RETURNING id)"
                                        + " SELECT id FROM d")));
        all.add(Map.entry("one batch", batch("UPDATE customer SET name = 'b' WHERE id = 20")));
        all.add(
                Map.entry(
                        "a batch of several writes",
                        batch(
                                "INSERT INTO customer VALUES (2010, 'p')",
                                "SELECT name FROM customer WHERE id = 2010",
                                "UPDATE customer SET name = 'q' WHERE id = 2010 RETURNING name")));
        all.add(
                Map.entry(
                        "a batch whose second write fails",
                        batch(
                                "INSERT INTO customer VALUES (2011, 'p')",
                                "INSERT INTO customer VALUES (1, 'taken')",
                                "SELECT 1")));
        all.add(
                Map.entry(
                        "a batch that reads first",
                        batch("SELECT 1", "DELETE FROM customer WHERE id = 21")));
        List<FrontendMessage> transaction = new ArrayList<>();
        transaction.addAll(List.of(extended("BEGIN")));
        transaction.addAll(batch("UPDATE customer SET name = 'j' WHERE id = 22 RETURNING id"));
        transaction.addAll(batch("SELECT name FROM customer WHERE id = 22"));
        transaction.addAll(batch("COMMIT"));
        transaction.addAll(queries("SELECT name FROM customer WHERE id = 22"));
        all.add(Map.entry("a transaction as pgjdbc sends it", transaction));
        all.add(
                Map.entry(
                        "a prepared statement, run again and again",
                        List.of(
                                new Parse(
                                        "s",
                                        "UPDATE customer SET name = $1 WHERE id = $2",
                                        List.of()),
                                new Describe(DescribeTarget.STATEMENT, "s"),
                                new Sync(),
                                bind("s", "one", "30"),
                                new Execute("", 0),
                                new Sync(),
                                bind("s", "two", "31"),
                                new Execute("", 0),
                                bind("s", "three", "32"),
                                new Execute("", 0),
                                new Sync(),
                                new Close(DescribeTarget.STATEMENT, "s"),
                                new Sync())));
        all.add(
                Map.entry(
                        "a portal fetched in parts",
                        List.of(
                                new Query("BEGIN"),
                                new Parse(
                                        "",
                                        "UPDATE customer SET name = 'f' WHERE id BETWEEN 40 AND 44"
                                                + " RETURNING id",
                                        List.of()),
                                new Bind("p", "", List.of(), List.of(), List.of()),
                                new Execute("p", 2),
                                new Sync(),
                                new Execute("p", 2),
                                new Sync(),
                                new Execute("p", 0),
                                new Sync(),
                                new Query("COMMIT"))));
        all.add(
                Map.entry(
                        "a cursor beside writes",
                        queries(
                                "BEGIN",
                                "DECLARE c CURSOR FOR SELECT id FROM customer WHERE id < 5 ORDER BY id",
                                "FETCH 2 FROM c",
                                "UPDATE customer SET name = 'cursor' WHERE id = 3",
                                "FETCH 2 FROM c",
                                "CLOSE c",
                                "COMMIT")));
        all.add(
                Map.entry(
                        "PREPARE and EXECUTE of a write",
                        queries(
                                "PREPARE w AS UPDATE customer SET name = 'w' WHERE id = 33",
                                "EXECUTE w",
                                "BEGIN",
                                "EXECUTE w",
                                "COMMIT",
                                "DEALLOCATE ALL",
                                "UPDATE customer SET name = 'v' WHERE id = 33")));
        all.add(
                Map.entry(
                        "COPY FROM STDIN",
                        List.of(
                                new Query("COPY customer FROM STDIN"),
                                data("2020\tcopied\n2021\tcop"),
                                data("ied too\n"),
                                new CopyDone(),
                                new Query(
                                        "SELECT count(*) FROM customer WHERE id IN (2020, 2021)"))));
        all.add(
                Map.entry(
                        "COPY FROM STDIN that fails",
                        List.of(
                                new Query("COPY customer FROM STDIN"),
                                data("1\ttaken\n"),
                                new CopyDone(),
                                new Query("SELECT 1"))));
        all.add(
                Map.entry(
                        "COPY FROM STDIN that the client gives up",
                        List.of(
                                new Query("COPY customer FROM STDIN"),
                                data("2022\tx\n"),
                                new CopyFail("no more"),
                                new Query("SELECT count(*) FROM customer WHERE id = 2022"))));
        all.add(
                Map.entry(
                        "Flush in place of Sync",
                        List.of(
                                new Parse("", "DELETE FROM customer WHERE id = 60", List.of()),
                                new Bind("", "", List.of(), List.of(), List.of()),
                                new Execute("", 0),
                                new Flush(),
                                new Sync())));
        all.add(
                Map.entry(
                        "an empty query among writes",
                        queries("", "DELETE FROM customer WHERE id = 61", ";")));
        all.add(
                Map.entry(
                        "a BEGIN within a transaction, a COMMIT outside one",
                        queries(
                                "BEGIN",
                                "BEGIN",
                                "DELETE FROM customer WHERE id = 62",
                                "COMMIT",
                                "COMMIT")));
        all.add(
                Map.entry(
                        "a read-only transaction",
                        queries(
                                "BEGIN READ ONLY",
                                "SELECT 1",
                                "COMMIT",
                                "DELETE FROM customer WHERE id = 63")));
        return all;
    }

    private static Bind bind(String statement, String... values) {
        List<io.netty.buffer.ByteBuf> parameters = new ArrayList<>();
        for (String value : values) {
            parameters.add(Unpooled.copiedBuffer(value, StandardCharsets.UTF_8));
        }
        return new Bind("", statement, List.of(), List.copyOf(parameters), List.of());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void answersAsPostgresqlDoes(Map.Entry<String, List<FrontendMessage>> script)
            throws IOException {
        List<String> expected = answers(direct, script.getValue());
        assertThat(answers(guarded, script.getValue())).isEqualTo(expected);
        for (String table : List.of("customer", "orders")) {
            String content =
                    "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM " + table + " t";
            assertThat(postgres.value(GatewayFixture.DATABASE, content))
                    .isEqualTo(postgres.value(DIRECT, content));
        }
        assertThat(gateway.keeper.kept).allMatch(each -> each.outcome.equals("committed"));
    }

    /// Everything that is answered to the messages; one ReadyForQuery for each Query and Sync that is
    /// not within a COPY.
    private static List<String> answers(RawClient client, List<FrontendMessage> messages)
            throws IOException {
        List<String> answers = new ArrayList<>();
        List<FrontendMessage> unanswered = new ArrayList<>();
        for (int at = 0; at < messages.size(); at++) {
            FrontendMessage message = messages.get(at);
            unanswered.add(message);
            boolean copies = at + 1 < messages.size() && messages.get(at + 1) instanceof CopyData;
            boolean ends =
                    message instanceof Sync
                            || message instanceof CopyDone
                            || message instanceof CopyFail
                            || (message instanceof Query && !copies);
            if (ends) {
                client.send(unanswered.toArray(FrontendMessage[]::new));
                unanswered.clear();
                answers.addAll(client.readUntilReady());
            }
        }
        return answers;
    }
}
