package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pgwire.BackendLimits;
import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendLimits;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Close;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a session may keep: prepared statements, portals and cursors, by number and by bytes, however
/// they are made.
class NamesLimitIT {
    private static final String FULL = "E ERROR 54000 limit.names";
    private static final int NAMES_MAX = 8;
    private static final long BYTES_MAX = 64 << 10;

    /// Two of them fit, three do not.
    private static final String LARGE = "SELECT 1 -- " + "x".repeat(12_000);

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        SessionSettings defaults = SessionSettings.defaults();
        gateway =
                GatewayFixture.start(
                        postgres,
                        new SessionSettings(
                                FrontendLimits.defaults(),
                                BackendLimits.defaults(),
                                defaults.verdictCacheBytesMax(),
                                defaults.cachedTextBytesMax(),
                                NAMES_MAX,
                                BYTES_MAX,
                                defaults.loopNamesBytesMax(),
                                defaults.pipelineDepthMax(),
                                defaults.statementMillisMax()));
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

    /// Whatever was refused, the session serves on once there is room.
    @AfterEach
    void theSessionServesOn() throws IOException {
        client.query("ROLLBACK").readUntilReady();
        client.query("DISCARD ALL").readUntilReady();
        client.send(parse("again", LARGE), new Sync());
        assertThat(client.readUntilReady()).containsExactly("ParseComplete", "ZI");
        client.close();
    }

    private static Parse parse(String name, String sql) {
        return new Parse(name, sql, List.of());
    }

    private static Bind bind(String portal, String statement) {
        return new Bind(portal, statement, List.of(), List.of(), List.of());
    }

    private String upstreamStatements() throws IOException {
        return client.query("SELECT count(*) FROM pg_prepared_statements").readUntilReady().get(1);
    }

    @Test
    void byNumberWithParse() throws IOException {
        for (int i = 0; i < NAMES_MAX; i++) {
            client.send(parse("s" + i, "SELECT 1"), new Sync());
            assertThat(client.readUntilReady()).contains("ParseComplete");
        }
        client.send(parse("more", "SELECT 1"), new Sync());
        assertThat(client.readUntilReady()).containsExactly(FULL, "ZI");
        client.send(
                new Close(DescribeTarget.STATEMENT, "s0"), parse("more", "SELECT 1"), new Sync());
        assertThat(client.readUntilReady()).containsExactly("CloseComplete", "ParseComplete", "ZI");
        assertThat(upstreamStatements()).isEqualTo("D " + NAMES_MAX);
    }

    @Test
    void byNumberWithPrepare() throws IOException {
        for (int i = 0; i < NAMES_MAX; i++) {
            assertThat(client.query("PREPARE s" + i + " AS SELECT 1").readUntilReady())
                    .contains("C PREPARE");
        }
        assertThat(client.query("PREPARE more AS SELECT 1").readUntilReady())
                .containsExactly(FULL, "ZI");
        client.query("DEALLOCATE s3").readUntilReady();
        assertThat(client.query("PREPARE more AS SELECT 1").readUntilReady()).contains("C PREPARE");
        assertThat(upstreamStatements()).isEqualTo("D " + NAMES_MAX);
    }

    @Test
    void byNumberWithManyInOneString() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i <= NAMES_MAX; i++) {
            many.append("PREPARE s").append(i).append(" AS SELECT 1;");
        }
        assertThat(client.query(many.toString()).readUntilReady()).containsExactly(FULL, "ZI");
        assertThat(upstreamStatements()).isEqualTo("D 0");
    }

    @Test
    void byNumberWithCursors() throws IOException {
        client.query("BEGIN").readUntilReady();
        for (int i = 0; i < NAMES_MAX; i++) {
            assertThat(client.query("DECLARE c" + i + " CURSOR FOR SELECT 1").readUntilReady())
                    .contains("C DECLARE CURSOR");
        }
        assertThat(client.query("DECLARE more CURSOR FOR SELECT 1").readUntilReady())
                .containsExactly(FULL, "ZE");
    }

    @Test
    void byNumberWithPortals() throws IOException {
        client.query("BEGIN").readUntilReady();
        client.send(parse("s", "SELECT 1"), new Sync()).readUntilReady();
        for (int i = 0; i < NAMES_MAX; i++) {
            client.send(bind("p" + i, "s"), new Sync());
            assertThat(client.readUntilReady()).contains("BindComplete");
        }
        client.send(bind("more", "s"), new Sync());
        assertThat(client.readUntilReady()).containsExactly(FULL, "ZE");
    }

    @Test
    void byBytesWithParse() throws IOException {
        client.send(parse("a", LARGE), parse("b", LARGE), new Sync());
        assertThat(client.readUntilReady()).containsExactly("ParseComplete", "ParseComplete", "ZI");
        client.send(parse("c", LARGE), new Sync());
        assertThat(client.readUntilReady()).containsExactly(FULL, "ZI");
        client.send(parse("", LARGE), new Sync());
        assertThat(client.readUntilReady()).containsExactly(FULL, "ZI");
        client.send(parse("small", "SELECT 1"), new Sync());
        assertThat(client.readUntilReady()).containsExactly("ParseComplete", "ZI");
    }

    @Test
    void byBytesWithPrepare() throws IOException {
        client.query("PREPARE a AS " + LARGE).readUntilReady();
        client.query("PREPARE b AS " + LARGE).readUntilReady();
        assertThat(client.query("PREPARE c AS " + LARGE).readUntilReady())
                .containsExactly(FULL, "ZI");
        assertThat(upstreamStatements()).isEqualTo("D 2");
    }

    /// The statement is closed, but the portal keeps its text.
    @Test
    void byBytesWithPortalsThatOutliveTheirStatements() throws IOException {
        client.query("BEGIN").readUntilReady();
        for (int i = 0; i < 2; i++) {
            client.send(parse("s", LARGE + i), bind("p" + i, "s"));
            client.send(new Close(DescribeTarget.STATEMENT, "s"), new Sync());
            List<String> answers = client.readUntilReady();
            if (i == 0) {
                assertThat(answers)
                        .containsExactly("ParseComplete", "BindComplete", "CloseComplete", "ZT");
            } else {
                assertThat(answers).containsExactly("ParseComplete", FULL, "ZE");
            }
        }
    }

    @Test
    void byBytesWithCursors() throws IOException {
        client.query("BEGIN").readUntilReady();
        client.query("DECLARE a CURSOR FOR " + LARGE).readUntilReady();
        client.query("DECLARE b CURSOR FOR " + LARGE).readUntilReady();
        assertThat(client.query("DECLARE c CURSOR FOR " + LARGE).readUntilReady())
                .containsExactly(FULL, "ZE");
    }

    @Test
    void whatFailsTakesNoRoom() throws IOException {
        for (int i = 0; i < 5; i++) {
            client.send(parse("s", "SELECT nonsense -- " + LARGE), new Sync());
            assertThat(client.readUntilReady()).containsExactly("E ERROR 42703", "ZI");
            client.send(parse("s", "DELETE FROM customer -- " + LARGE), new Sync());
            assertThat(client.readUntilReady()).contains("ZI");
        }
        client.send(parse("a", LARGE), parse("b", LARGE), new Sync());
        assertThat(client.readUntilReady()).containsExactly("ParseComplete", "ParseComplete", "ZI");
    }

    @Test
    void aSessionThatEndsLeavesItsRoomToOthers() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (RawClient other = gateway.login()) {
                other.send(parse("a", LARGE), parse("b", LARGE), new Sync());
                assertThat(other.readUntilReady()).contains("ZI").doesNotContain(FULL);
            }
        }
    }
}
