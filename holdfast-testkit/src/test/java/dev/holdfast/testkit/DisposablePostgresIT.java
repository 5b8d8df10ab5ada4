package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DisposablePostgresIT {
    @ParameterizedTest
    @EnumSource(PostgresVersion.class)
    void servesTheVersionThatWasAskedFor(PostgresVersion version) {
        try (DisposablePostgres postgres = DisposablePostgres.start(version)) {
            assertThat(postgres.value("postgres", "SHOW server_version_num"))
                    .startsWith(Integer.toString(version.major()));
        }
    }

    @Test
    void demandsThePasswordOfARole() throws SQLException {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            postgres.createRole("agent", "it's secret", "");
            try (Connection connection = postgres.connect("postgres", "agent", "it's secret")) {
                assertThat(connection.isValid(1)).isTrue();
            }
            assertThatThrownBy(() -> postgres.connect("postgres", "agent", "wrong"))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("28P01");
        }
    }

    @Test
    void contentsShowAChangedValueAndAChangedDefinition() {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            postgres.createDatabase("shop");
            postgres.sqlIn(
                    "shop",
                    "CREATE TABLE item (id int PRIMARY KEY, body json);"
                            + " INSERT INTO item SELECT i, '{}' FROM generate_series(1, 100) i");
            DatabaseContents before = postgres.contents("shop");
            postgres.sqlIn("shop", "ANALYZE");
            assertThat(postgres.contents("shop")).isEqualTo(before);
            assertThat(before.rowCount()).isEqualTo(100);

            postgres.sqlIn("shop", "UPDATE item SET body = '[]' WHERE id = 7");
            DatabaseContents changed = postgres.contents("shop");
            assertThat(changed.tables()).isNotEqualTo(before.tables());
            assertThat(changed.definitions()).isEqualTo(before.definitions());

            postgres.sqlIn("shop", "GRANT SELECT ON item TO PUBLIC");
            assertThat(postgres.contents("shop").definitions()).isNotEqualTo(before.definitions());
        }
    }

    @Test
    void keepsItsDataAndPortAcrossAKill() {
        try (DisposablePostgres postgres =
                DisposablePostgres.ofVersion(PostgresVersion.newest()).durable().start()) {
            postgres.sql("CREATE TABLE kept AS SELECT 1 AS one");
            int port = postgres.port();
            postgres.kill();
            postgres.restart();
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(postgres.value("postgres", "SELECT count(*) FROM kept")).isEqualTo("1");
        }
    }

    @Test
    void isGoneWhenClosed() {
        DisposablePostgres postgres = DisposablePostgres.start();
        postgres.close();
        assertThatThrownBy(() -> postgres.query("SELECT 1"))
                .hasRootCauseInstanceOf(java.net.ConnectException.class);
    }
}
