package dev.holdfast.server.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.ExternalProgram;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// psql, the client that people sit at.
@SideBySide
@EveryPostgres
class PsqlIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @SuppressWarnings("NullAway.Init")
    private static GatedShop shop;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path scratch;

    PsqlIT(PostgresVersion version) {
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\d",
                "\\d+",
                "\\dt+",
                "\\dv",
                "\\di",
                "\\df",
                "\\df pg_catalog.to_*",
                "\\l",
                "\\dn+",
                "\\du",
                "\\dT",
                "\\dp",
                "\\ddp",
                "\\dx",
                "\\db",
                "\\dO",
                "\\dconfig work_mem",
                "\\d item",
                "\\d+ remark",
                "\\d+ priced",
                "\\sv priced",
                "\\encoding",
                "\\dC",
                "\\do",
                "\\dy",
                "\\dRp"
            })
    void answersABackslashCommandAsPostgresDoes(String command) {
        ExternalProgram.Result direct = psqlPastTheGateway("-c", command);
        assertThat(psql("-c", command)).isEqualTo(direct);
        // An older psql asks a newer server for columns that are gone; nothing else may fail.
        if (direct.exitStatus() != 0) {
            assertThat(direct.errors()).contains("does not exist");
        }
    }

    @Test
    void describesATableInFull() {
        assertThat(psql("-c", "\\d remark").output())
                .contains("generated always as identity")
                .contains("FOREIGN KEY (item_id) REFERENCES item(id) ON DELETE CASCADE")
                .contains("remark_item");
        assertThat(psql("-c", "\\dt+").output()).contains("what is sold");
    }

    @Test
    void copiesATableToAFileOfItsOwn() throws IOException {
        Path file = scratch.resolve("items.csv");
        assertThat(psql("-c", "\\copy item (id, name) to '" + file + "' csv").exitStatus())
                .isZero();
        assertThat(Files.readAllLines(file)).hasSize(2_000).contains("7,item 7");
        Path selected = scratch.resolve("selected.csv");
        psql("-c", "\\copy (select id from item where id < 10) to '" + selected + "'");
        assertThat(Files.readAllLines(selected)).hasSize(9);
    }

    @Test
    void usesTls() {
        assertThat(psql("-c", "\\conninfo").output()).contains("SSL connection");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM remark",
                "SELECT 1; DELETE FROM remark",
                "COMMIT; DROP SCHEMA public CASCADE",
                "BEGIN READ WRITE; DELETE FROM remark; COMMIT",
                "SET default_transaction_read_only = off",
                "\\copy remark (item_id, body) from /etc/hostname",
                "COPY item TO PROGRAM 'cat'",
                "VACUUM item"
            })
    void refusesAWriteWithARuleAndAHint(String statement) {
        ExternalProgram.Result result = psql("-v", "VERBOSITY=verbose", "-c", statement);
        assertThat(result.exitStatus()).as("%s", result).isNotZero();
        assertThat(result.errors())
                .containsPattern("ERROR:  (42501|25006)")
                .contains("DETAIL:")
                .contains("HINT:");
    }

    @Test
    void goesOnAfterARefusal() {
        ExternalProgram.Result result =
                psql("-c", "SELECT 1", "-c", "DROP TABLE item", "-c", "SELECT count(*) FROM item");
        assertThat(result.output()).contains("2000");
        assertThat(result.errors()).contains("ERROR:");
    }

    private static ExternalProgram.Result psql(String... arguments) {
        return psql(shop.environment(), arguments);
    }

    private static ExternalProgram.Result psqlPastTheGateway(String... arguments) {
        return psql(shop.environmentPastTheGateway(), arguments);
    }

    private static ExternalProgram.Result psql(
            Map<String, String> environment, String... arguments) {
        List<String> line = new ArrayList<>(List.of("-X", "-w", "-P", "pager=off"));
        line.addAll(List.of(arguments));
        return ExternalProgram.require("psql").run(line, environment, GatedShop.clients(), LIMIT);
    }
}
