package dev.holdfast.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// pgjdbc, in each of the ways in which it can be told to talk.
@SideBySide
@EveryPostgres
class JdbcIT {
    private static final String LONG = "SELECT count(*) FROM generate_series(1, 2000000000)";

    @SuppressWarnings("NullAway.Init")
    private static GatedShop shop;

    JdbcIT(PostgresVersion version) {
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

    @AfterEach
    void nothingWasChanged() {
        assertThat(shop.now()).isEqualTo(shop.before());
    }

    private static Connection connect(String... settings) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", GatedShop.AGENT);
        properties.setProperty("password", GatedShop.PASSWORD);
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", shop.authority().toString());
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            properties.setProperty(parts[0], parts[1]);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + shop.port() + "/" + GatedShop.DATABASE,
                properties);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extended",
                "preferQueryMode=extendedForPrepared",
                "preferQueryMode=extendedCacheEverything",
                "prepareThreshold=1",
                "prepareThreshold=-1",
                "binaryTransfer=false",
                "channelBinding=require"
            })
    void readsEveryType(String setting) throws SQLException {
        try (Connection connection = connect(setting);
                PreparedStatement query =
                        connection.prepareStatement(
                                "SELECT * FROM item WHERE id = ? AND name = ?")) {
            for (int id = 1; id <= 8; id++) {
                query.setInt(1, id);
                query.setString(2, "item " + id);
                try (ResultSet row = query.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    expectItem(row, id);
                    assertThat(row.next()).isFalse();
                }
            }
        }
    }

    private static void expectItem(ResultSet row, int id) throws SQLException {
        assertThat(row.getLong("big")).isEqualTo(id * 10_000_000_000L);
        assertThat(row.getBigDecimal("price")).isEqualTo(new BigDecimal(id + ".25"));
        assertThat(row.getDouble("weight")).isEqualTo(id / 8.0);
        assertThat(row.getBoolean("active")).isEqualTo(id % 2 == 0);
        assertThat(row.getObject("moment", OffsetDateTime.class))
                .isEqualTo(OffsetDateTime.of(2024, 1, 1, 12 + id, 0, 0, 0, ZoneOffset.UTC));
        Array tags = row.getArray("tags");
        assertThat((String[]) tags.getArray()).containsExactly("a" + id, "ü,\"{}\\");
        assertThat(row.getString("document")).isEqualTo("{\"kept\":  \"as written\"}");
        assertThat(row.getBytes("raw")).isEqualTo(new byte[] {0, 0, 0, (byte) id});
        assertThat(row.getObject("uid", UUID.class).toString()).endsWith("00" + id);
        assertThat(row.getString("missing")).isNull();
    }

    @Test
    void walksACursorByFetchSize() throws SQLException {
        try (Connection connection = connect("defaultRowFetchSize=100")) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT id FROM item ORDER BY id")) {
                long sum = 0;
                while (rows.next()) {
                    sum += rows.getInt(1);
                }
                assertThat(sum).isEqualTo(2_001_000);
            }
            connection.commit();
        }
    }

    @Test
    void copiesToTheClient() throws SQLException, IOException {
        try (Connection connection = connect()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            long rows =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("COPY item (id) TO STDOUT", out);
            assertThat(rows).isEqualTo(2_000);
        }
    }

    @Test
    void readsTheCatalogAsToolsDo() throws SQLException {
        try (Connection connection = connect()) {
            DatabaseMetaData catalog = connection.getMetaData();
            List<String> tables = new ArrayList<>();
            try (ResultSet rows = catalog.getTables(null, "public", "%", null)) {
                while (rows.next()) {
                    tables.add(rows.getString("TABLE_NAME"));
                }
            }
            assertThat(tables).contains("item", "remark", "priced");
            assertThat(count(catalog.getColumns(null, "public", "item", null))).isEqualTo(22);
            assertThat(count(catalog.getImportedKeys(null, "public", "remark"))).isOne();
            assertThat(count(catalog.getIndexInfo(null, "public", "remark", false, true)))
                    .isEqualTo(2);
            assertThat(count(catalog.getPrimaryKeys(null, "public", "item"))).isOne();
            assertThat(count(catalog.getTypeInfo())).isPositive();
            assertThat(count(catalog.getSchemas())).isPositive();
            assertThat(count(catalog.getProcedures(null, "public", null))).isZero();
            assertThat(count(catalog.getTablePrivileges(null, "public", "item"))).isPositive();
        }
    }

    private static int count(ResultSet rows) throws SQLException {
        try (rows) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    @Test
    void cancelsAStatement() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        try {
                            statement.cancel();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            assertThatThrownBy(() -> statement.executeQuery(LONG))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("57014");
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM remark",
                "WITH gone AS (DELETE FROM item RETURNING 1) SELECT count(*) FROM gone",
                "EXPLAIN ANALYZE DELETE FROM remark",
                "SELECT 1; DELETE FROM remark",
                "COMMIT; DROP SCHEMA public CASCADE",
                "CREATE TEMP TABLE t AS SELECT 1",
                "SELECT * INTO copied FROM item",
                "SELECT id FROM item FOR UPDATE",
                "CALL nothing()",
                "TRUNCATE item CASCADE"
            })
    void refusesAWrite(String statement) throws SQLException {
        for (String mode : List.of("simple", "extended")) {
            try (Connection connection = connect("preferQueryMode=" + mode);
                    Statement attempt = connection.createStatement()) {
                expectRefusal(() -> attempt.execute(statement));
                assertThat(connection.isValid(5)).isTrue();
            }
        }
    }

    @Test
    void refusesAPreparedWriteAndABatchOfThem() throws SQLException {
        try (Connection connection = connect("prepareThreshold=1");
                PreparedStatement delete =
                        connection.prepareStatement("DELETE FROM item WHERE id = ?")) {
            delete.setInt(1, 1);
            expectRefusal(delete::execute);
            for (int id = 1; id < 50; id++) {
                delete.setInt(1, id);
                delete.addBatch();
            }
            assertThatThrownBy(delete::executeBatch)
                    .isInstanceOf(BatchUpdateException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isIn("42501", "25006");
            try (PreparedStatement read = connection.prepareStatement("SELECT ?::int")) {
                read.setInt(1, 5);
                assertThat(count(read.executeQuery())).isOne();
            }
        }
    }

    @Test
    void aRefusalAbortsTheTransactionAsAnErrorOfPostgresDoes() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1");
            expectRefusal(() -> statement.execute("UPDATE item SET name = 'x'"));
            assertThatThrownBy(() -> statement.execute("SELECT 1"))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("25P02");
            connection.rollback();
            statement.execute("SELECT 1");
            connection.commit();
        }
    }

    @Test
    void refusesToCopyIn() throws SQLException {
        try (Connection connection = connect()) {
            expectRefusal(() -> {
                try {
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn(
                                    "COPY remark (item_id, body) FROM STDIN",
                                    new StringReader("1\tx\n"));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void refusesToCallAFunctionPastTheLanguage() throws SQLException {
        try (Connection connection = connect()) {
            assertThatThrownBy(() ->
                            connection.unwrap(PGConnection.class).getLargeObjectAPI().createLO())
                    .isInstanceOf(SQLException.class);
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws SQLException;
    }

    private static void expectRefusal(Attempt attempt) throws SQLException {
        try {
            attempt.run();
            fail("it went through");
        } catch (PSQLException e) {
            ServerErrorMessage error = e.getServerErrorMessage();
            assertThat(error).isNotNull();
            assertThat(error.getSQLState()).as("%s", e).isIn("42501", "25006");
            assertThat(error.getDetail()).as("DETAIL").isNotBlank();
            assertThat(error.getHint()).as("HINT").isNotBlank();
        }
    }
}
