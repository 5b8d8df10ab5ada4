package dev.holdfast.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitOutcome;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.change.KeptTransaction.Outcome;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.server.journal.JournalEntry.State;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/// Transactions whose COMMIT was never answered, asked of a real PostgreSQL as an ordinary role.
@SideBySide
@OldestAndNewestPostgres
class OutcomeResolverIT {
    private static final String PASSWORD = "pw-capture";

    @SuppressWarnings("NullAway.Init") // before each version
    private static DisposablePostgres postgres;

    @TempDir private Path directory;

    @SuppressWarnings("NullAway.Init") // before each test
    private FileJournal journal;

    private final List<AuditEntry> recorded = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init") // before each test
    private OutcomeResolver resolver;

    OutcomeResolverIT(PostgresVersion version) {
        assertThat(version).isEqualTo(postgres.version());
    }

    @BeforeParameterizedClassInvocation
    static void startServer(PostgresVersion version) {
        postgres = DisposablePostgres.start(version);
        postgres.createRole("capture", PASSWORD, "");
        postgres.sql("CREATE TABLE note (id int PRIMARY KEY)");
    }

    @AfterParameterizedClassInvocation
    static void stopServer() {
        postgres.close();
    }

    @BeforeEach
    void open() throws IOException {
        journal = Kept.open(directory);
        resolver = resolver(_ -> postgres.connect("postgres", "capture", PASSWORD));
    }

    @AfterEach
    void close() {
        resolver.close();
        journal.close();
    }

    private OutcomeResolver resolver(OutcomeQuestion.Sessions sessions) {
        return new OutcomeResolver(
                journal,
                new OutcomeQuestion(sessions),
                new Recorded(recorded),
                InstantSource.system());
    }

    private record Recorded(List<AuditEntry> entries) implements AuditLog {
        @Override
        public boolean record(AuditEntry entry) {
            return entries.add(entry);
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public boolean recordDurably(AuditEntry entry) {
            return record(entry);
        }
    }

    @Test
    void tellsWhatCommittedAndRemovesWhatWasRolledBack() throws Exception {
        try (Connection writer = writer()) {
            String committed = keep(writer, cluster(writer));
            writer.commit();
            String rolledBack = keep(writer, cluster(writer));
            writer.rollback();

            assertThat(resolver.resolve(committed)).isEqualTo(Outcome.COMMITTED);
            assertThat(resolver.resolve(rolledBack)).isEqualTo(Outcome.ROLLED_BACK);

            assertThat(journal.list())
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.id()).isEqualTo(committed);
                        assertThat(entry.state()).isEqualTo(State.COMMITTED);
                    });
            assertThat(recorded)
                    .extracting(AuditEntry::statement, AuditEntry::outcome, AuditEntry::sqlState)
                    .containsExactly(
                            tuple("-- outcome of " + committed + ": committed", "ok", "00000"),
                            tuple(
                                    "-- outcome of " + rolledBack + ": rolled back",
                                    "error",
                                    "40000"));
        }
    }

    @Test
    void waitsForATransactionThatIsStillCommitting()
            throws SQLException, ChangeRefusedException, InterruptedException {
        try (Connection writer = writer()) {
            String id = keep(writer, cluster(writer));
            Thread later =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    Thread.sleep(300);
                                    writer.commit();
                                } catch (SQLException | InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            assertThat(resolver.resolve(id)).isEqualTo(Outcome.COMMITTED);
            later.join();
        }
    }

    @Test
    void theNextStartAsksForEverythingThatWasLeft() throws Exception {
        String committed;
        String torn;
        try (Connection writer = writer()) {
            committed = keep(writer, cluster(writer));
            writer.commit();
            torn = keep(writer, cluster(writer));
            writer.rollback();
        }
        Path file = JournalDirectory.open(directory, false).place(torn);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 1));
        assertThat(journal.unresolved()).containsExactlyInAnyOrder(committed, torn);
        resolver.begin((_, _, _) -> true);
        await().atMost(Duration.ofSeconds(10)).until(() -> resolver.waiting() == 0);
        assertThat(journal.list())
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.id()).isEqualTo(committed);
                    assertThat(entry.state()).isEqualTo(State.COMMITTED);
                });
    }

    @Test
    void aTornFileWhoseTransactionCommittedIsKeptAndCalledDamaged() throws Exception {
        String id;
        try (Connection writer = writer()) {
            id = keep(writer, cluster(writer));
            writer.commit();
        }
        Path file = JournalDirectory.open(directory, false).place(id);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 1));
        assertThat(resolver.resolve(id)).isEqualTo(Outcome.COMMITTED);
        assertThat(journal.list().getFirst().state()).isEqualTo(State.DAMAGED);
    }

    @Test
    void anotherClusterAnotherTimelineAndAnIdOfTheFutureAreNotBelieved() throws Exception {
        try (Connection writer = writer()) {
            ClusterFacts here = cluster(writer);
            assertThat(here.system()).matches("[0-9]{10,}");
            assertThat(here.timeline()).isEqualTo("00000001");
            for (ClusterFacts other :
                    List.of(
                            new ClusterFacts("7212345678901234567", here.timeline()),
                            new ClusterFacts(here.system(), "00000002"),
                            ClusterFacts.UNKNOWN)) {
                String id = keep(writer, other);
                writer.commit();
                assertThat(resolver.resolve(id)).isEqualTo(Outcome.AMBIGUOUS);
            }
            try (JournalWriter images =
                    journal.begin(
                            Kept.transaction(), new Measurement("4000000000", List.of()), here)) {
                images.seal();
                assertThat(resolver.resolve(images.id())).isEqualTo(Outcome.AMBIGUOUS);
            }
        }
        assertThat(journal.list())
                .hasSize(4)
                .allSatisfy(entry -> assertThat(entry.state()).isEqualTo(State.AMBIGUOUS));
        assertThat(recorded)
                .hasSize(4)
                .allSatisfy(entry -> assertThat(entry.sqlState()).isEqualTo("08007"));
    }

    /// Only what nobody will ever say may be settled by a person's word.
    @Test
    void whatMayBeSaidLaterIsToldApartFromWhatNobodyCanSay() throws Exception {
        OutcomeQuestion question =
                new OutcomeQuestion(database ->
                        switch (database) {
                            case "shop" -> postgres.connect("postgres", "capture", PASSWORD);
                            case "dropped" -> postgres.connect("dropped", "capture", PASSWORD);
                            case "locked" -> postgres.connect("postgres", "capture", "wrong");
                            default ->
                                    throw new SQLException(
                                            "not configured", OutcomeQuestion.NO_DATABASE);
                        });
        try (Connection writer = writer()) {
            ClusterFacts cluster = cluster(writer);
            long id = transactionId(writer);
            CommitPoint open = point(id, cluster);
            assertThat(question.ask("shop", open, Duration.ZERO))
                    .isEqualTo(CommitOutcome.IN_PROGRESS);
            assertThat(question.ask("locked", open, Duration.ZERO))
                    .isEqualTo(CommitOutcome.UNREACHABLE);
            for (CommitPoint nobodys :
                    List.of(
                            point(id + 1_000_000, cluster),
                            point(id, new ClusterFacts("7", cluster.timeline())),
                            point(id, new ClusterFacts(cluster.system(), "00000099")),
                            point(id, ClusterFacts.UNKNOWN),
                            new CommitPoint("1; DROP", cluster.system(), cluster.timeline()))) {
                assertThat(question.ask("shop", nobodys, Duration.ZERO))
                        .as("%s", nobodys)
                        .isEqualTo(CommitOutcome.UNKNOWN);
            }
            for (String database : List.of("dropped", "removed")) {
                assertThat(question.ask(database, open, Duration.ZERO))
                        .isEqualTo(CommitOutcome.UNKNOWN);
            }
            writer.rollback();
            assertThat(question.ask("shop", open, Duration.ZERO))
                    .isEqualTo(CommitOutcome.ROLLED_BACK);
        }
    }

    private static long transactionId(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static CommitPoint point(long id, ClusterFacts cluster) {
        return new CommitPoint(Long.toString(id), cluster.system(), cluster.timeline());
    }

    @Test
    void aServerThatIsNotThereIsAmbiguousAndAskedAgainWithoutASecondEntry() throws Exception {
        String id;
        try (Connection writer = writer()) {
            id = keep(writer, cluster(writer));
            writer.commit();
        }
        try (OutcomeResolver blind =
                resolver(_ -> {
                    throw new SQLException("no route", "08001");
                })) {
            assertThat(blind.resolve(id)).isEqualTo(Outcome.AMBIGUOUS);
            assertThat(blind.resolve(id)).isEqualTo(Outcome.AMBIGUOUS);
            assertThat(blind.waiting()).isEqualTo(1);
        }
        assertThat(recorded).hasSize(1);
        assertThat(resolver.resolve(id)).isEqualTo(Outcome.COMMITTED);
        assertThat(journal.list().getFirst().state()).isEqualTo(State.COMMITTED);
    }

    private static Connection writer() throws SQLException {
        Connection connection = postgres.connectAsSuperuser("postgres");
        connection.setAutoCommit(false);
        return connection;
    }

    private static ClusterFacts cluster(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(CommitPoint.CLUSTER_QUERY)) {
            rows.next();
            return ClusterFacts.of(Arrays.asList(rows.getString(1), rows.getString(2)));
        }
    }

    /// Writes a row, and keeps the transaction that did.
    private String keep(Connection writer, ClusterFacts cluster)
            throws SQLException, ChangeRefusedException {
        try (Statement statement = writer.createStatement()) {
            statement.execute("INSERT INTO note SELECT coalesce(max(id), 0) + 1 FROM note");
            try (ResultSet rows = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
                rows.next();
                try (JournalWriter images =
                        journal.begin(
                                Kept.transaction(),
                                new Measurement(rows.getString(1), List.of()),
                                cluster)) {
                    images.seal();
                    return images.id();
                }
            }
        }
    }
}
