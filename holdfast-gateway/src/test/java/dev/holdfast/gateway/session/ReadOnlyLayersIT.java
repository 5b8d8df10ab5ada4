package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With the analysis switched off, everything is forwarded. The database must refuse writes all the
/// same: first because the session is read-only, and, where that is lifted, because the role may not
/// write.
@SideBySide
class ReadOnlyLayersIT {
    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;
    private DatabaseContents before;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
        gateway.policy = (_, _) -> new Decision.Allow("test.everything");
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                CREATE SEQUENCE counter;
                GRANT ALL ON SEQUENCE counter TO PUBLIC;
                CREATE FUNCTION purge() RETURNS bigint LANGUAGE sql AS
                  'WITH gone AS (DELETE FROM customer RETURNING 1) SELECT count(*) FROM gone';
                CREATE FUNCTION purge_as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
                  'WITH gone AS (DELETE FROM customer RETURNING 1) SELECT count(*) FROM gone';
                """);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        before = postgres.contents(GatewayFixture.DATABASE);
        client = gateway.login();
    }

    @AfterEach
    void nothingChanged() throws IOException {
        client.close();
        assertThat(postgres.contents(GatewayFixture.DATABASE)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM customer",
                "INSERT INTO customer VALUES (0, 'x')",
                "UPDATE customer SET name = ''",
                "MERGE INTO customer c USING customer d ON true WHEN MATCHED THEN DELETE",
                "TRUNCATE customer",
                "DROP TABLE customer",
                "CREATE TABLE made ()",
                "CREATE TEMP TABLE made ()",
                "SELECT * INTO made FROM customer",
                "WITH d AS (DELETE FROM customer RETURNING id) SELECT count(*) FROM d",
                "EXPLAIN ANALYZE DELETE FROM customer",
                "COPY (DELETE FROM customer RETURNING id) TO STDOUT",
                "DO $$ BEGIN DELETE FROM customer; END $$",
                "SELECT purge()",
                "SELECT purge_as_owner()",
                "SELECT nextval('counter')",
                "SELECT id FROM customer FOR UPDATE",
                "ALTER TABLE customer ADD COLUMN c int",
                "GRANT SELECT ON customer TO PUBLIC"
            })
    void aReadOnlySessionDoesNotWrite(String sql) throws IOException {
        client.query(sql);
        assertThat(client.readUntilReady()).contains("E ERROR 25006").last().isEqualTo("ZI");
    }

    @Test
    void aReadWriteTransactionNeedsPrivilegesThatTheRoleHasNot() throws IOException {
        String role = "holdfast_agent";
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON customer FROM " + role);
        try {
            for (String sql :
                    List.of(
                            "DELETE FROM customer",
                            "UPDATE customer SET name = ''",
                            "TRUNCATE customer",
                            "DROP TABLE customer",
                            "SELECT purge()")) {
                client.query("BEGIN READ WRITE");
                client.readUntilReady();
                client.query(sql);
                assertThat(client.readUntilReady()).endsWith("E ERROR 42501", "ZE");
                client.query("COMMIT");
                client.readUntilReady();
            }
        } finally {
            postgres.sqlIn(GatewayFixture.DATABASE, "GRANT ALL ON customer TO " + role);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET default_transaction_read_only = off",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
                "SET standard_conforming_strings = off",
                "SET client_encoding = 'SJIS'"
            })
    void aPinnedSettingThatChangesEndsTheSession(String sql) throws IOException {
        client.query(sql);
        assertThat(client.readUntilClosed()).contains("E FATAL XX000 settings.changed-upstream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESET ALL", "DISCARD ALL", "RESET default_transaction_read_only"})
    void aResetReturnsToThePinnedSettings(String sql) throws IOException {
        client.query(sql);
        client.readUntilReady();
        client.query("SHOW default_transaction_read_only");
        assertThat(client.readUntilReady()).contains("D on");
        client.query("DELETE FROM customer");
        assertThat(client.readUntilReady()).contains("E ERROR 25006");
    }
}
