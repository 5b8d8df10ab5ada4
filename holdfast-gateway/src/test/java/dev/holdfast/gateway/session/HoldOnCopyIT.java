package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is held is tried out on a staging copy, and never on the database itself.
@SideBySide
class HoldOnCopyIT extends HoldingGateway {
    private static final String COPY = "shop_copy";

    /// With 500 customers, of whom each has a note.
    @BeforeAll
    static void makeCopy() {
        postgres.createDatabase(COPY);
        postgres.sqlIn(
                COPY,
                """
                CREATE TYPE unknown_elsewhere AS ENUM ('x');
                CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
                CREATE TABLE note (id int PRIMARY KEY,
                  customer int NOT NULL REFERENCES customer ON DELETE CASCADE);
                CREATE TYPE mood AS ENUM ('sad', 'glad');
                CREATE TABLE feeling (id int PRIMARY KEY, mood mood);
                INSERT INTO feeling VALUES (1, 'sad'), (2, 'glad'), (3, 'glad');
                INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 500) n;
                INSERT INTO note SELECT n, n FROM generate_series(1, 500) n;
                GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
                """);
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                CREATE TYPE mood AS ENUM ('sad', 'glad');
                CREATE TABLE feeling (id int PRIMARY KEY, mood mood);
                INSERT INTO feeling VALUES (1, 'sad'), (2, 'glad');
                GRANT ALL ON feeling TO PUBLIC;
                """);
    }

    @BeforeEach
    void useCopy() {
        gateway.rehearseOn(COPY, postgres.port());
    }

    private static String connections() {
        return postgres.value(
                "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + COPY + "'");
    }

    @Test
    void theCopysFiguresAreShownAsSuchAndTheRealOnesCountWhenItRuns() throws IOException {
        query("DELETE FROM customer WHERE id > 498");
        assertThat(asked().copy()).isEqualTo("copy");
        assertThat(asked().tables())
                .extracting(table -> table.relation() + " " + table.deleted())
                .containsExactlyInAnyOrder("public.customer 2", "public.note 2");
        assertThat(asked().plan()).isNotEmpty();
        approve();
        assertThat(query("DELETE FROM customer WHERE id > 498"))
                .containsExactly("E ERROR 42501 approval.effect-grew", "ZI");
        assertNothingChanged();
        assertThat(query("DELETE FROM customer WHERE id IN (7, 8)"))
                .containsExactly("C DELETE 2", "ZI");
        assertThat(gateway.customers()).isEqualTo(998);
        assertThat(postgres.value(COPY, "SELECT count(*) FROM customer")).isEqualTo("500");
        GatewayFixture.eventually(() -> assertThat(connections()).isEqualTo("0"));
    }

    @Test
    void whatTheSessionIsSetToIsTheSameOnTheCopy() throws Exception {
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                "ALTER ROLE %s IN DATABASE shop SET app.role_tenant = '41, \"x\\y'"
                        .formatted(GatewayFixture.ROLE));
        try (RawClient settled = gateway.login()) {
            settled.query("SET DateStyle = 'German'").readUntilReady();
            settled.query("SET app.tenant = 'seven'").readUntilReady();
            settled.query(
                            "UPDATE customer SET name = current_setting('app.tenant')"
                                    + " || current_setting('app.role_tenant')"
                                    + " || ('1.12.2026'::date - 11) WHERE id = 3"
                                    + " AND '1.12.2026'::date = make_date(2026, 12, 1)")
                    .readUntilReady();
        } finally {
            postgres.sqlIn(
                    GatewayFixture.DATABASE,
                    "ALTER ROLE %s IN DATABASE shop RESET app.role_tenant"
                            .formatted(GatewayFixture.ROLE));
        }
        assertThat(asked().copy()).isEqualTo("copy");
        assertThat(asked().rows()).isEqualTo(1);
    }

    @Test
    void aTypeOfTheirOwnIsTheSameTypeOnTheCopyByItsName() throws IOException {
        int mood =
                Integer.parseInt(
                        postgres.value(GatewayFixture.DATABASE, "SELECT 'mood'::regtype::oid"));
        client.send(
                        new Parse("", "DELETE FROM feeling WHERE mood = $1", List.of(mood)),
                        new Bind(
                                "",
                                "",
                                List.of(),
                                List.of(Unpooled.copiedBuffer("glad", StandardCharsets.UTF_8)),
                                List.of()),
                        new Execute("", 0),
                        new Sync())
                .readUntilReady();
        assertThat(asked().rows()).isEqualTo(2);
    }

    @Test
    void aTransactionThatHasChangedNothingIsRehearsedOnTheCopyAnyOtherNot() throws IOException {
        query("BEGIN");
        query("SELECT 1");
        approve();
        assertThat(client.send(run("DELETE FROM customer WHERE id = $1", "9")).readUntilReady())
                .contains("C DELETE 1", "ZT");
        assertThat(asked().copy()).isEqualTo("copy");
        assertThat(query("DELETE FROM customer WHERE id = 10"))
                .containsExactly("E ERROR 42501 hold.copy-cannot-know", "ZE");
        query("ROLLBACK");
        assertNothingChanged();
    }

    @Test
    void withoutAUsableCopyNobodyIsAskedAndTheDatabaseIsNotTried() throws IOException {
        gateway.rehearseOn(COPY, 1);
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 58030 hold.copy-unavailable", "ZI");
        gateway.rehearseOn("nothing", postgres.port());
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 58030 hold.copy-unavailable", "ZI");
        // The very database, by another address.
        gateway.rehearseOn(GatewayFixture.DATABASE, postgres.port());
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 58030 hold.copy-is-original", "ZI");
        assertThat(gateway.approvals.asked).isEmpty();
        assertThat(query("SELECT 1")).endsWith("C SELECT 1", "ZI");
        assertNothingChanged();
    }

    @Test
    void aDatabaseThatDoesNotTellWhatASessionMeansLeavesTheSessionAsItWas() throws IOException {
        String function = "FUNCTION pg_catalog.pg_postmaster_start_time()";
        postgres.sqlIn(GatewayFixture.DATABASE, "REVOKE EXECUTE ON " + function + " FROM PUBLIC");
        try {
            assertThat(query("DELETE FROM customer WHERE id < 4"))
                    .containsExactly("E ERROR 42501 guarded.not-measurable", "ZI");
            assertThat(query("SELECT 1")).endsWith("C SELECT 1", "ZI");
        } finally {
            postgres.sqlIn(GatewayFixture.DATABASE, "GRANT EXECUTE ON " + function + " TO PUBLIC");
        }
        assertThat(gateway.approvals.asked).isEmpty();
        assertNothingChanged();
    }

    @Test
    void whatFailsOrWaitsOnTheCopyIsTold() throws Exception {
        assertThat(query("UPDATE customer SET id = 2 WHERE id = 1"))
                .containsExactly("E ERROR 42501 hold.rehearsal-failed", "ZI");
        client.query("UPDATE customer SET id = 2 WHERE id = 1");
        assertThat(((BackendMessage.ErrorResponse) client.read()).fields().detail())
                .contains("tried out on staging copy copy");
        client.readUntilReady();
        try (Connection locking = postgres.connectAsSuperuser(COPY);
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE customer");
            client.query("DELETE FROM customer WHERE id = 11");
            GatewayFixture.eventually(() ->
                    assertThat(
                                    postgres.value(
                                            "postgres",
                                            "SELECT count(*) FROM pg_stat_activity WHERE"
                                                    + " wait_event_type = 'Lock'"))
                            .isEqualTo("1"));
            assertThat(gateway.registry().endAll(GatewayFixture.AGENT, HoldingPolicy.held()))
                    .isEqualTo(1);
            GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
            GatewayFixture.eventually(() -> assertThat(connections()).isEqualTo("1"));
        }
        assertThat(gateway.approvals.asked).isEmpty();
    }
}
