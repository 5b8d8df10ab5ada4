package dev.holdfast.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/// vertx-pg-client: binary, prepared and pipelined, many queries under way on one connection.
@SideBySide
@EveryPostgres
class VertxIT {
    @SuppressWarnings("NullAway.Init")
    private static GatedShop shop;

    @SuppressWarnings("NullAway.Init")
    private static Vertx vertx;

    @SuppressWarnings("NullAway.Init")
    private PgConnection connection;

    VertxIT(PostgresVersion version) {
        assertThat(version).isEqualTo(shop.postgres().version());
    }

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version, @TempDir Path directory) {
        shop = new GatedShop(version, directory);
        vertx = Vertx.vertx();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        await(vertx.close());
        shop.close();
    }

    private static PgConnectOptions options() {
        return new PgConnectOptions()
                .setHost("localhost")
                .setPort(shop.port())
                .setDatabase(GatedShop.DATABASE)
                .setUser(GatedShop.AGENT)
                .setPassword(GatedShop.PASSWORD)
                .setCachePreparedStatements(true)
                .setPipeliningLimit(64)
                .setSslMode(SslMode.VERIFY_FULL)
                .setSslOptions(
                        new ClientSSLOptions()
                                .setHostnameVerificationAlgorithm("HTTPS")
                                .setTrustOptions(
                                        new PemTrustOptions()
                                                .addCertPath(shop.authority().toString())));
    }

    @BeforeEach
    void connect() {
        connection = await(PgConnection.connect(vertx, options()));
    }

    @AfterEach
    void nothingWasChanged() {
        await(connection.close());
        assertThat(shop.now()).isEqualTo(shop.before());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void readsPreparedInBinary() {
        Row row =
                await(
                                connection
                                        .preparedQuery("SELECT * FROM item WHERE id = $1")
                                        .execute(Tuple.of(7)))
                        .iterator()
                        .next();
        assertThat(row.getString("name")).isEqualTo("item 7");
        assertThat(row.getBigDecimal("price")).hasToString("7.25");
        assertThat(row.getArrayOfStrings("tags")).containsExactly("a7", "ü,\"{}\\");
        assertThat(row.getJsonObject("extra").getString("text")).isEqualTo("ж");
        assertThat(row.getBuffer("raw").getBytes()).isEqualTo(new byte[] {0, 0, 0, 7});
    }

    @Test
    void keepsTheOrderOfAPipeline() {
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(
                    connection
                            .preparedQuery("SELECT $1::int + 1")
                            .execute(Tuple.of(i))
                            .map(rows -> rows.iterator().next().getInteger(0)));
        }
        for (int i = 0; i < answers.size(); i++) {
            assertThat(await(answers.get(i))).isEqualTo(i + 1);
        }
    }

    @Test
    void refusesOneWriteInAPipelineAndServesItsNeighbours() {
        Future<Integer> before = number("SELECT 1");
        Future<?> write = connection.preparedQuery("DELETE FROM item").execute();
        Future<Integer> after = number("SELECT 3");
        assertThat(await(before)).isEqualTo(1);
        assertThatThrownBy(() -> await(write))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        PgException.class,
                        e -> {
                            assertThat(e.getSqlState()).isIn("42501", "25006");
                            assertThat(e.getDetail()).isNotBlank();
                            assertThat(e.getHint()).isNotBlank();
                        });
        assertThat(await(after)).isEqualTo(3);
    }

    private Future<Integer> number(String query) {
        return connection
                .preparedQuery(query)
                .execute()
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    @Test
    void walksACursor() {
        await(connection.begin());
        PreparedStatement statement = await(connection.prepare("SELECT id FROM item ORDER BY id"));
        Cursor cursor = statement.cursor();
        int seen = 0;
        do {
            seen += await(cursor.read(300)).size();
        } while (cursor.hasMore());
        await(cursor.close());
        assertThat(seen).isEqualTo(2_000);
    }

    @Test
    void cancelsAStatement() {
        Future<?> running =
                connection.query("SELECT count(*) FROM generate_series(1, 2000000000)").execute();
        await(vertx.timer(500, TimeUnit.MILLISECONDS));
        await(connection.cancelRequest());
        assertThatThrownBy(() -> await(running)).hasMessageContaining("57014");
    }

    @Test
    void servesAPool() {
        Pool pool =
                PgBuilder.pool()
                        .with(new PoolOptions().setMaxSize(3))
                        .connectingTo(options())
                        .using(vertx)
                        .build();
        for (int i = 0; i < 20; i++) {
            assertThat(await(pool.query("SELECT count(*) FROM remark").execute()).size()).isOne();
        }
        await(pool.close());
    }
}
