package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.testkit.DisposablePostgres;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A client that closes its half of the connection is gone, whatever it was about: nothing of it goes on
/// in PostgreSQL, no transaction and no lock stays.
class ClientGoneIT {
    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
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
    void nothingGoesOn() throws IOException {
        client.readUntilClosed();
        client.close();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(
                                        postgres.value(
                                                "postgres",
                                                "SELECT count(*) FROM pg_stat_activity WHERE"
                                                        + " usename = 'holdfast_agent' AND"
                                                        + " state <> 'idle'"))
                                .isEqualTo("0"));
        await().untilAsserted(() -> assertThat(gateway.registry().count()).isZero());
        assertThat(gateway.customers()).isEqualTo(1_000);
    }

    private static void awaitSleeping() {
        await().untilAsserted(() ->
                assertThat(
                                postgres.value(
                                        "postgres",
                                        "SELECT count(*) FROM pg_stat_activity WHERE"
                                                + " query LIKE '%pg_sleep%' AND usename"
                                                + " = 'holdfast_agent' AND state ="
                                                + " 'active'"))
                        .isEqualTo("1"));
    }

    @Test
    void whileItIsIdle() throws IOException {
        client.halfClose();
    }

    @Test
    void whileAStatementRuns() throws IOException {
        client.query("SELECT pg_sleep(60)");
        awaitSleeping();
        client.halfClose();
    }

    @Test
    void whileAPipelineWithoutSyncRuns() throws IOException {
        client.send(
                new Parse("", "SELECT pg_sleep(60)", List.of()),
                new Bind("", "", List.of(), List.of(), List.of()),
                new Execute("", 0),
                new FrontendMessage.Flush());
        awaitSleeping();
        client.halfClose();
    }

    @Test
    void inATransaction() throws IOException {
        client.query("BEGIN").readUntilReady();
        client.query("SELECT * FROM customer").readUntilReady();
        client.halfClose();
    }

    @Test
    void inTheMiddleOfAMessage() throws IOException {
        client.write(Unpooled.buffer().writeByte('Q').writeInt(1_000).writeBytes(new byte[10]));
        client.halfClose();
    }

    @Test
    void whileItDoesNotReadWhatItAskedFor() throws IOException {
        client.query("SELECT repeat('x', 1000), generate_series(1, 1000000)");
        await().untilAsserted(() ->
                assertThat(
                                postgres.value(
                                        "postgres",
                                        "SELECT count(*) FROM pg_stat_activity WHERE"
                                                + " wait_event = 'ClientWrite'"))
                        .isEqualTo("1"));
        client.close();
        client = gateway.login();
        client.halfClose();
    }
}
