package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.Format;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Describe;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A Parse message names the types of parameters by their numbers, and a domain's check runs on what
/// Bind brings: a way to call a function that stands in no text. What it does is to take an advisory
/// lock, which the database shows.
class ParameterTypeIT {
    private static final String REFUSED = "E ERROR 42501 protocol.parameter-type";
    private static final int TEXT_OID = 25;

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private static int checked;
    private RawClient client;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                CREATE FUNCTION sneaky(text) RETURNS boolean LANGUAGE plpgsql AS
                  'BEGIN PERFORM pg_catalog.pg_advisory_lock(42); RETURN true; END';
                CREATE DOMAIN checked AS text CHECK (sneaky(VALUE));
                """);
        checked =
                Integer.parseInt(
                        postgres.value(
                                GatewayFixture.DATABASE, "SELECT 'checked'::regtype::oid::text"));
        gateway.hazardousTypes = Set.of((long) checked);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        client = gateway.login();
    }

    @AfterEach
    void logout() throws IOException {
        client.close();
        gateway.hazardousTypes = Set.of((long) checked);
    }

    private List<String> run(FrontendMessage... messages) throws IOException {
        return client.send(messages).readUntilReady();
    }

    private static Bind bind(Format format, int count) {
        return new Bind(
                "",
                "",
                List.of(format),
                Collections.nCopies(count, Unpooled.copiedBuffer("x", StandardCharsets.UTF_8)),
                List.of());
    }

    private static long locks() {
        return Long.parseLong(
                postgres.value(
                        GatewayFixture.DATABASE,
                        "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory'"));
    }

    @Test
    void aParameterOfSuchATypeRunsItsCheck() throws IOException {
        gateway.hazardousTypes = Set.of();
        List<String> answers =
                run(
                        new Parse("", "SELECT $1", List.of(checked)),
                        bind(Format.TEXT, 1),
                        new Execute("", 0),
                        new Sync());
        assertThat(answers).contains("D x");
        assertThat(locks()).as("otherwise the other tests prove nothing").isEqualTo(1);
        run(new Query("SELECT pg_advisory_unlock_all()"));
    }

    @Test
    void noStatementIsPreparedWithIt() throws IOException {
        for (List<Integer> types :
                List.of(
                        List.of(checked),
                        List.of(0, checked),
                        List.of(checked, TEXT_OID),
                        List.of(TEXT_OID, checked, TEXT_OID),
                        List.of(TEXT_OID, 0, 0, checked))) {
            for (Format format : Format.values()) {
                assertThat(
                                run(
                                        new Parse("", "SELECT $1, $2, $3, $4", types),
                                        bind(format, 4),
                                        new Execute("", 0),
                                        new Sync()))
                        .containsExactly(REFUSED, "ZI");
            }
        }
        assertThat(locks()).isZero();
    }

    @Test
    void aNameIsNotLeftBehind() throws IOException {
        run(new Parse("s", "SELECT $1", List.of(checked)), new Sync());
        assertThat(run(new Describe(DescribeTarget.STATEMENT, "s"), new Sync()))
                .containsExactly("E ERROR 26000 protocol.unknown-statement", "ZI");
    }

    @Test
    void inATransactionItFailsTheTransaction() throws IOException {
        run(new Query("BEGIN"));
        assertThat(run(new Parse("", "SELECT $1", List.of(checked)), new Sync()))
                .containsExactly(REFUSED, "ZE");
        assertThat(locks()).isZero();
    }

    @Test
    void otherTypesAreServed() throws IOException {
        assertThat(
                        run(
                                new Parse("", "SELECT $1, $2", List.of(TEXT_OID, 0)),
                                bind(Format.TEXT, 2),
                                new Execute("", 0),
                                new Sync()))
                .anyMatch(answer -> answer.startsWith("D x"));
    }
}
