package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that ask and never read the answers.
@SideBySide
class FloodIT {
    private static final int QUERIES_PER_WRITE = 500;
    private static final int WRITES = 3_000;

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;

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

    /// Refusals are made by the gateway itself: PostgreSQL's back-pressure does not hold them.
    @ParameterizedTest
    @ValueSource(strings = {"DROP TABLE customer", "SELECT pg_reload_conf()", "nonsense"})
    void aClientThatNeverReadsIsNotReadEither(String sql) throws IOException, InterruptedException {
        ByteBuf flood = Unpooled.buffer();
        for (int i = 0; i < QUERIES_PER_WRITE; i++) {
            new Query(sql).encode(flood);
        }
        AtomicLong written = new AtomicLong();
        try (RawClient client = gateway.login()) {
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    while (written.get() < WRITES) {
                                        client.write(flood.duplicate());
                                        written.incrementAndGet();
                                    }
                                } catch (IOException e) {
                                    // The test is over.
                                }
                            });
            writer.join(Duration.ofSeconds(8));
            long taken = written.get();
            assertThat(taken).isLessThan(WRITES);
            assertThat(answered(client, taken * QUERIES_PER_WRITE)).isTrue();
            try (RawClient other = gateway.login()) {
                assertThat(other.query("SELECT 1").readUntilReady()).contains("D 1");
            }
        }
    }

    private static boolean answered(RawClient client, long queries) throws IOException {
        for (long i = 0; i < queries; i++) {
            if (client.readUntilReady().size() != 2) {
                return false;
            }
        }
        return true;
    }
}
