package dev.holdfast.server.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.server.fault.Workload.Attempt;
import dev.holdfast.server.fault.Workload.Told;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What Holdfast needs to keep a write is taken away from it: nothing is committed then, the agent is told
/// so, and once it is back writes run again.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SideBySide
class UnwritableFaultIT {
    /// A disk that is full for the journal of a large transaction only.
    private static final String FILE_BYTES_MAX = "200000";

    private static final Duration BACK_MAX = Duration.ofSeconds(30);

    @TempDir private static Path directory;
    private FaultStage stage;
    private DatabaseContents before;

    @BeforeAll
    void start() throws IOException {
        stage = new FaultStage(PostgresVersion.newest(), directory);
        stage.startGateway();
    }

    @BeforeEach
    void writesRun() {
        awaitWritable();
        before = stage.now();
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    @Test
    void aFullDiskUnderTheJournalRollsBackAndLeavesNoScraps()
            throws SQLException, IOException, InterruptedException {
        assumeTrue(stage.limitFiles(FILE_BYTES_MAX), "prlimit is installed");
        int entries = stage.journal().kept().size();
        try (Connection agent = stage.connect(false);
                Statement statement = agent.createStatement()) {
            Attempt attempt =
                    Workload.attempt(
                            0,
                            () ->
                                    statement.execute(
                                            "DELETE FROM customers WHERE id BETWEEN 401 AND"
                                                    + " 3900"));
            assertThat(attempt.told()).as(attempt.words()).isEqualTo(Told.NOTHING_CHANGED);
            assertThat(attempt.words()).contains("undo.journal");
        } finally {
            stage.limitFiles("unlimited");
        }
        unchanged();
        assertThat(stage.journal().kept()).hasSize(entries);
    }

    @Test
    void aCaptureRoleThatMayNotLogInStopsWrites() {
        stage.postgres().sql("ALTER ROLE capture NOLOGIN");
        try {
            stage.postgres()
                    .sql(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename ="
                                    + " 'capture'");
            refused();
        } finally {
            stage.postgres().sql("ALTER ROLE capture LOGIN");
        }
        unchanged();
    }

    @Test
    void aCascadeIntoATableThatTheCaptureRoleMayNotReadIsRolledBack() throws SQLException {
        stage.postgres().sqlIn("shop", "REVOKE SELECT ON lines FROM capture");
        try (Connection agent = stage.connect(true)) {
            long mark = stage.nextMark() / 6 * 6 + 6;
            Attempt attempt = Workload.run(agent, mark);
            assertThat(attempt.told()).as(attempt.words()).isEqualTo(Told.NOTHING_CHANGED);
            assertThat(attempt.words()).contains("GRANT SELECT").contains("lines");
        } finally {
            stage.postgres().sqlIn("shop", "GRANT SELECT ON lines TO capture");
        }
        unchanged();
    }

    @Test
    void anUndoDirectoryThatIsGoneStopsWrites() throws IOException {
        Path undo = directory.resolve("undo");
        Path away = directory.resolve("undo-away");
        Files.move(undo, away);
        Files.writeString(undo, "not a directory");
        try {
            refused();
        } finally {
            Files.delete(undo);
            Files.move(away, undo);
        }
        unchanged();
    }

    @Test
    void aStoreThatSomebodyElseHasLockedStopsWrites() throws SQLException {
        try (Connection other = store();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE");
            refused();
            statement.execute("ROLLBACK");
        }
        unchanged();
    }

    @Test
    void aRecordThatCannotBeWrittenStopsWrites() throws IOException {
        Path audit = directory.resolve("audit");
        Path away = directory.resolve("audit-away");
        Files.move(audit, away);
        Files.writeString(audit, "not a directory");
        try {
            // The open file takes lines until it is noticed that nobody finds it any more.
            await().atMost(BACK_MAX).until(() -> write().told() == Told.NOTHING_CHANGED);
            before = stage.now();
            refused();
            unchanged();
        } finally {
            Files.delete(audit);
            Files.move(away, audit);
        }
    }

    @Test
    void aStoreThatIsNoneStopsTheStart() throws IOException, InterruptedException {
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("holdfast.db"), "this is no database ".repeat(500));
        String text =
                Files.readString(stage.configuration())
                        .replace("file: holdfast.db", "file: " + other.resolve("holdfast.db"))
                        .replace("directory: undo", "directory: " + other.resolve("undo"))
                        .replace("directory: audit", "directory: " + other.resolve("audit"))
                        .replace("${file:password}", "${file:" + directory + "/password}")
                        .replace("policy-file: ", "policy-file: " + directory + "/");
        Path configuration = Files.writeString(other.resolve("holdfast.yaml"), text);
        try (GatewayProcess refused = GatewayProcess.launch(configuration, other.resolve("log"))) {
            assertThat(refused.exitCode()).isNotZero();
        }
        assertThat(Files.readString(other.resolve("log"))).contains("holdfast.db");
    }

    private Connection store() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("holdfast.db"));
    }

    /// Writes are refused, and the agent is told that nothing was changed.
    private void refused() {
        for (int kind = 0; kind < 2; kind++) {
            Attempt attempt = write();
            assertThat(attempt.told())
                    .as(attempt.words())
                    .isIn(Told.NOTHING_CHANGED, Told.ROLLED_BACK);
            assertThat(attempt.words()).doesNotContain("defect");
        }
    }

    private Attempt write() {
        try (Connection agent = stage.connect(true)) {
            return Workload.run(agent, stage.nextMark());
        } catch (SQLException e) {
            return new Attempt(0, Told.NOTHING_CHANGED, String.valueOf(e.getMessage()));
        }
    }

    private void unchanged() {
        assertThat(stage.now().tables()).isEqualTo(before.tables());
    }

    private void awaitWritable() {
        await().atMost(BACK_MAX)
                .untilAsserted(() -> {
                    Attempt attempt = write();
                    assertThat(attempt.told()).as(attempt.words()).isEqualTo(Told.COMMITTED);
                });
    }
}
