package dev.holdfast.gateway.transport;

import static dev.holdfast.gateway.transport.GatewayFixture.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.StartupLimits;
import dev.holdfast.gateway.TlsSettings;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.SecretKey;
import dev.holdfast.pgwire.StartupPacket;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Pki;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/// What hostile clients do before they have logged in. Every test ends by looking at the socket and
/// by letting somebody else be served.
@SideBySide
class StartupAttackIT {
    private static final int STARTUP_MILLIS = 1_500;

    @TempDir private static Path directory;
    private static DisposablePostgres postgres;
    private static Pki pki;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws Exception {
        postgres = DisposablePostgres.start();
        postgres.createRole(
                GatewayFixture.UPSTREAM_ROLE, GatewayFixture.UPSTREAM_PASSWORD, "NOSUPERUSER");
        pki = Pki.create(directory);
        gateway =
                GatewayFixture.to(postgres.port())
                        .tls(TlsSettings.required(pki.certificateChain(), pki.privateKey()))
                        .limits(GatewayFixture.patient())
                        .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @AfterEach
    void stillServesOthers() throws SQLException {
        try (Connection connection = gateway.connect("sslmode", "require")) {
            assertThat(LoginIT.value(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, -1, Integer.MIN_VALUE, 10_005, 1 << 24, 0x7FFFFFFF})
    void refusesAStartupPacketWhoseLengthIsALie(int length) throws Exception {
        try (RawClient client = RawClient.clear(gateway.port())) {
            client.send(ByteBuffer.allocate(8).putInt(length).putInt(196_608).array());
            assertThat(client.fatal()).isEqualTo("08P01");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void refusesAQueryBeforeTheLogin() throws Exception {
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop");
            client.expect('R');
            client.send(RawClient.message(new FrontendMessage.Query("CREATE TABLE early ()")));
            assertThat(client.fatal()).isEqualTo("08P01");
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(postgres.value("postgres", "SELECT to_regclass('early') IS NULL"))
                .isEqualTo("t");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, 2_000, Integer.MAX_VALUE})
    void refusesAPasswordMessageWhoseLengthIsALie(int length) throws Exception {
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop");
            client.expect('R');
            client.send(ByteBuffer.allocate(5).put((byte) 'p').putInt(length).array());
            assertThat(client.fatal()).isEqualTo("08P01");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void readsNothingThatWasSmuggledInBeforeTls() throws Exception {
        byte[] request = RawClient.packet(new StartupPacket.SslRequest());
        byte[] smuggled =
                RawClient.packet(
                        StartupPacket.startup(
                                0, List.of(new StartupPacket.Parameter("user", "reader"))));
        byte[] both =
                ByteBuffer.allocate(request.length + smuggled.length)
                        .put(request)
                        .put(smuggled)
                        .array();
        try (RawClient client = RawClient.clear(gateway.port())) {
            client.send(both);
            assertThat(client.isClosed()).as("closed without an S").isTrue();
        }
    }

    @Test
    void acceptsNothingInClear() throws Exception {
        try (RawClient client = RawClient.clear(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop");
            assertThat(client.fatal()).isEqualTo("28000");
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(gateway.count(Counter.REJECTED_PLAINTEXT)).isPositive();
    }

    @Test
    void refusesEncryptionInsideEncryption() throws Exception {
        for (StartupPacket again :
                List.of(new StartupPacket.SslRequest(), new StartupPacket.GssEncRequest())) {
            try (RawClient client = RawClient.encrypted(gateway.port())) {
                client.send(RawClient.packet(again));
                assertThat(client.fatal()).isEqualTo("08P01");
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void answersGssEncryptionOnceAndNoMore() throws Exception {
        byte[] request = RawClient.packet(new StartupPacket.GssEncRequest());
        try (RawClient client = RawClient.clear(gateway.port())) {
            client.send(request);
            assertThat(client.answer()).isEqualTo('N');
            client.send(request);
            assertThat(client.fatal()).isEqualTo("08P01");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void insistsOnTheApplicationProtocolWhereTlsComesWithoutASslRequest() throws Exception {
        try (RawClient client = RawClient.clear(gateway.port())) {
            client.handshake();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void ignoresAForgedCancelRequest() throws Exception {
        long before = gateway.count(Counter.CANCELS_UNKNOWN);
        try (RawClient victim = RawClient.encrypted(gateway.port())) {
            victim.startup(0, "user", "reader", "database", "shop");
            victim.login(PASSWORD);
            CompletableFuture<String> asleep =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            victim.send(
                                    RawClient.message(
                                            new FrontendMessage.Query(
                                                    "SELECT 'slept' FROM pg_sleep(1)")));
                            return victim.readUntilReady();
                        } catch (Exception e) {
                            return e.toString();
                        }
                    });
            byte[] wrong = victim.secret().clone();
            wrong[0]++;
            forge(victim.processId(), wrong);
            forge(victim.processId() + 1, victim.secret());
            assertThat(asleep.join()).contains("slept");
        }
        assertThat(gateway.count(Counter.CANCELS_UNKNOWN)).isEqualTo(before + 2);
    }

    private static void forge(int processId, byte[] secret) throws Exception {
        try (RawClient forger = RawClient.clear(gateway.port())) {
            forger.send(
                    RawClient.packet(
                            new StartupPacket.CancelRequest(processId, SecretKey.of(secret))));
            assertThat(forger.isClosed()).isTrue();
        }
    }

    @Test
    void endsClientsThatTakeForEver() throws Exception {
        byte[] request = RawClient.packet(new StartupPacket.SslRequest());
        StartupLimits limits = new StartupLimits(STARTUP_MILLIS, 10, 60_000, 200, 2_000);
        try (GatewayFixture hasty =
                        GatewayFixture.to(postgres.port())
                                .tls(TlsSettings.required(pki.certificateChain(), pki.privateKey()))
                                .limits(limits)
                                .start();
                RawClient unproven = RawClient.encrypted(hasty.port());
                RawClient silent = RawClient.clear(hasty.port());
                RawClient half = RawClient.clear(hasty.port());
                RawClient handshaking = RawClient.clear(hasty.port())) {
            half.send(request[0], request[1], request[2]);
            handshaking.send(request);
            assertThat(handshaking.answer()).isEqualTo('S');
            unproven.startup(0, "user", "reader", "database", "shop");
            unproven.expect('R');
            assertThat(silent.isClosed()).isTrue();
            assertThat(half.isClosed()).isTrue();
            assertThat(handshaking.isClosed()).isTrue();
            assertThat(unproven.fatal()).isEqualTo("57014");
            assertThat(unproven.isClosed()).isTrue();
            assertThat(hasty.count(Counter.REJECTED_TIMEOUT)).isEqualTo(4);
        }
    }

    @Test
    void survivesNoise() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            byte[] noise = new byte[random.nextInt(1, 200)];
            random.nextBytes(noise);
            try (RawClient client = RawClient.clear(gateway.port())) {
                client.send(noise);
            } catch (java.io.IOException _) {
                // The gateway may have hung up already.
            }
        }
        Awaitility.await("seed " + seed)
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(
                                        gateway.count(Counter.CONNECTIONS_ACCEPTED)
                                                - gateway.count(Counter.CONNECTIONS_CLOSED))
                                .isZero());
    }

    @Test
    void refusesAnAddressFromWhichTooManyLoginsFailed() throws Exception {
        StartupLimits limits = new StartupLimits(10_000, 3, 60_000, 200, 2_000);
        try (GatewayFixture strict =
                GatewayFixture.to(postgres.port())
                        .tls(TlsSettings.optional(pki.certificateChain(), pki.privateKey()))
                        .limits(limits)
                        .start()) {
            List<String> states = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                states.add(state(strict, "wrong"));
            }
            states.add(state(strict, PASSWORD));
            assertThat(states).containsExactly("28P01", "28P01", "28P01", "28000");
            assertThat(strict.count(Counter.REJECTED_ADDRESS)).isPositive();
        }
    }

    @Test
    void refusesWhatIsOverTheLimitAndSaysWhy() throws Exception {
        StartupLimits limits = new StartupLimits(10_000, 10, 60_000, 200, 1);
        try (GatewayFixture narrow = GatewayFixture.to(postgres.port()).limits(limits).start();
                Connection first = narrow.connect("sslmode", "disable")) {
            assertThat(state(narrow, PASSWORD)).isEqualTo("53300");
            try (Statement statement = first.createStatement()) {
                assertThat(statement.execute("SELECT 1")).isTrue();
            }
        }
    }

    @Test
    void endsAnExchangeThatIsNoScram() throws Exception {
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop");
            client.expect('R');
            client.send(
                    RawClient.message(
                            new FrontendMessage.SaslInitialResponse(
                                    "SCRAM-SHA-256", Unpooled.wrappedBuffer(new byte[] {1, 2}))));
            assertThat(client.fatal()).isEqualTo("08P01");
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static String state(GatewayFixture fixture, String password) {
        return catchThrowableOfType(
                        PSQLException.class,
                        () -> fixture.connectAs("reader", password, "shop", "sslmode", "disable"))
                .getSQLState();
    }
}
