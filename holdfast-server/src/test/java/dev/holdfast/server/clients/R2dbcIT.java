package dev.holdfast.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.spi.R2dbcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// r2dbc-postgresql: reactive, extended protocol with portals suspended by fetch size.
@SideBySide
@EveryPostgres
class R2dbcIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init")
    private static GatedShop shop;

    @SuppressWarnings("NullAway.Init")
    private PostgresqlConnection connection;

    R2dbcIT(PostgresVersion version) {
        assertThat(version).isEqualTo(shop.postgres().version());
    }

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version, @TempDir Path directory) {
        shop = new GatedShop(version, directory);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        shop.close();
    }

    @BeforeEach
    void connect() {
        connection =
                new PostgresqlConnectionFactory(
                                PostgresqlConnectionConfiguration.builder()
                                        .host("localhost")
                                        .port(shop.port())
                                        .database(GatedShop.DATABASE)
                                        .username(GatedShop.AGENT)
                                        .password(GatedShop.PASSWORD)
                                        .sslMode(SSLMode.VERIFY_FULL)
                                        .sslRootCert(shop.authority().toString())
                                        .build())
                        .create()
                        .blockOptional(LIMIT)
                        .orElseThrow();
    }

    @AfterEach
    void nothingWasChanged() {
        connection.close().block(LIMIT);
        assertThat(shop.now()).isEqualTo(shop.before());
    }

    private List<String> texts(String query, int parameter) {
        return connection
                .createStatement(query)
                .bind("$1", parameter)
                .fetchSize(150)
                .execute()
                .flatMap(result -> result.map((row, _) -> String.valueOf(row.get(0))))
                .collectList()
                .blockOptional(LIMIT)
                .orElseThrow();
    }

    @Test
    void readsWithParametersInBatches() {
        assertThat(texts("SELECT id FROM item WHERE id > $1 ORDER BY id", 0)).hasSize(2_000);
        assertThat(texts("SELECT name FROM item WHERE id = $1", 7)).containsExactly("item 7");
        assertThat(texts("SELECT extra FROM item WHERE id = $1", 7)).hasSize(1);
    }

    @Test
    void readsInATransaction() {
        connection.beginTransaction().block(LIMIT);
        assertThat(texts("SELECT count(*) FROM item WHERE id > $1", 0)).containsExactly("2000");
        connection.commitTransaction().block(LIMIT);
    }

    @Test
    void cancelsAStatement() {
        Mono<Void> cancel = Mono.delay(Duration.ofMillis(500)).then(connection.cancelRequest());
        Flux<Long> running =
                connection
                        .createStatement("SELECT count(*) FROM generate_series(1, 2000000000)")
                        .execute()
                        .flatMap(result -> result.map((row, _) -> 1L));
        assertThatThrownBy(
                        () -> Flux.merge(running, cancel.thenMany(Flux.empty())).blockLast(LIMIT))
                .isInstanceOfSatisfying(
                        R2dbcException.class, e -> assertThat(e.getSqlState()).isEqualTo("57014"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM item WHERE id > $1",
                "WITH gone AS (DELETE FROM item WHERE id > $1 RETURNING 1) SELECT * FROM gone"
            })
    void refusesAWrite(String statement) {
        assertThatThrownBy(() -> texts(statement, 0))
                .isInstanceOfSatisfying(
                        PostgresqlException.class,
                        e -> {
                            ErrorDetails details = e.getErrorDetails();
                            assertThat(details.getCode()).isIn("42501", "25006");
                            assertThat(details.getDetail()).isPresent();
                            assertThat(details.getHint()).isPresent();
                        });
        assertThat(texts("SELECT $1::int", 5)).containsExactly("5");
    }
}
