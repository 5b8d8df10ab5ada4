package dev.holdfast.server.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.ExternalProgram;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/// Drivers of other languages: each program of `src/test/clients` reads, cancels, is refused, and
/// says so line by line; what counts in the end is that the database holds what it held before.
@SideBySide
@EveryPostgres
class ClientProgramsIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @SuppressWarnings("NullAway.Init")
    private static GatedShop shop;

    ClientProgramsIT(PostgresVersion version) {
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

    @Test
    void servesPsycopg2() {
        runs(ExternalProgram.requirePython("psycopg2"), "python/with_psycopg2.py");
    }

    @Test
    void servesPsycopg3() {
        runs(ExternalProgram.requirePython("psycopg"), "python/with_psycopg.py");
    }

    @Test
    void servesAsyncpg() {
        runs(ExternalProgram.requirePython("asyncpg"), "python/with_asyncpg.py");
    }

    @Test
    void servesSqlAlchemy() {
        runs(ExternalProgram.requirePython("sqlalchemy, psycopg2"), "python/with_sqlalchemy.py");
    }

    @Test
    void servesNodePostgres() {
        runs(node("pg"), "node/with-pg.mjs");
    }

    @Test
    void servesPostgresJs() {
        runs(node("postgres"), "node/with-postgres.mjs");
    }

    @Test
    void servesRubyPg() {
        ExternalProgram ruby =
                ExternalProgram.requireWith(
                        "ruby with pg",
                        List.of("/usr/bin/ruby", "ruby"),
                        List.of("-e", "require 'pg'"),
                        GatedShop.clients());
        runs(ruby, "ruby/with_pg.rb");
    }

    @Test
    void servesPhpPgsql() {
        ExternalProgram php =
                ExternalProgram.requireWith(
                        "php with pgsql",
                        List.of("/usr/bin/php", "php"),
                        List.of("-r", "exit(function_exists('pg_connect') ? 0 : 1);"),
                        GatedShop.clients());
        runs(php, "php/with_pgsql.php");
    }

    private static ExternalProgram node(String library) {
        return ExternalProgram.requireWith(
                "node with " + library,
                List.of("node"),
                List.of("-e", "require('" + library + "')"),
                GatedShop.clients().resolve("node"));
    }

    private static void runs(ExternalProgram program, String script) {
        Path file = GatedShop.clients().resolve(script);
        ExternalProgram.Result result =
                program.run(
                        List.of(file.toString()), shop.environment(), GatedShop.clients(), LIMIT);
        assertThat(result.exitStatus()).as("%s: %s", script, result).isZero();
        assertThat(result.output()).contains("refused");
    }
}
