package dev.holdfast.server.undo;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.capture.JdbcWritingSession;
import dev.holdfast.server.capture.TwinKeeper;
import dev.holdfast.server.capture.TwinSource;
import dev.holdfast.server.journal.FileJournal;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.undo.UndoWish.Triggers;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// A server with an agent, a capture role and a restoring role, whose writes are measured, kept and
/// undone as in production.
final class UndoStage implements AutoCloseable {
    static final UndoWish WISH =
            new UndoWish("ann", List.of(), List.of(), false, false, Triggers.AUTO);

    final DisposablePostgres postgres;
    final FileJournal journal;
    final TwinKeeper keeper;
    final List<AuditEntry> record = Collections.synchronizedList(new ArrayList<>());

    UndoStage(PostgresVersion version, Path directory) throws IOException {
        postgres =
                DisposablePostgres.ofVersion(version)
                        .setting("track_commit_timestamp", "on")
                        .start();
        postgres.createRole("agent", "agent", "");
        postgres.createRole("twin", "twin", "BYPASSRLS");
        // Before PostgreSQL 15 only a superuser may keep triggers from running.
        boolean old = version.major() < 15;
        postgres.createRole("restorer", "restorer", old ? "SUPERUSER" : "BYPASSRLS");
        // One that may not: triggers run while it restores.
        postgres.createRole("plain", "plain", "BYPASSRLS");
        if (!old) {
            postgres.sql("GRANT SET ON PARAMETER session_replication_role TO restorer");
        }
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO agent, twin, restorer, plain;
                ALTER DEFAULT PRIVILEGES IN SCHEMA shop
                  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO agent, restorer, plain;
                ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO twin;
                ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT ALL ON SEQUENCES TO agent;
                ALTER ROLE agent SET search_path = shop;
                """);
        journal =
                FileJournal.open(
                        new FileJournal.Settings(
                                directory, Duration.ofDays(1), 4L << 30, 2L << 30, List.of()),
                        InstantSource.system());
        keeper =
                new TwinKeeper(
                        journal,
                        _ -> KeptTransaction.Outcome.AMBIGUOUS,
                        CommitNotice.OF_NOTHING_APPROVED,
                        List.of(
                                new TwinSource(
                                        "shop",
                                        "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/",
                                        "shop",
                                        Map.of("sslmode", "disable"),
                                        "twin",
                                        () -> "twin",
                                        Duration.ofSeconds(120),
                                        Duration.ofSeconds(5),
                                        8)));
    }

    /// As superuser: definitions and rows that are there before.
    void given(String sql) {
        postgres.sqlIn("shop", "SET search_path = shop; " + sql);
    }

    String value(String sql) {
        return postgres.value("shop", sql);
    }

    /// One transaction of the agent, kept and committed.
    ///
    /// @return its id in the journal; empty where it changed nothing
    String agent(String... statements) throws SQLException, ChangeRefusedException {
        try (Connection agent = postgres.connect("shop", "agent", "agent")) {
            return transaction(agent, statements);
        }
    }

    String transaction(Connection agent, String... statements)
            throws SQLException, ChangeRefusedException {
        execute(agent, Counters.FLUSH);
        agent.setAutoCommit(false);
        for (String statement : statements) {
            execute(agent, statement);
        }
        execute(agent, Counters.SETTLE);
        JdbcWritingSession session = new JdbcWritingSession(agent);
        Measurement measured =
                Counters.read(session.query(Counters.MEASURE, List.of())).measurement();
        if (measured.tables().isEmpty()) {
            agent.commit();
            agent.setAutoCommit(true);
            return "";
        }
        List<WriteTransaction.Run> runs = new ArrayList<>();
        for (String statement : statements) {
            runs.add(new WriteTransaction.Run(statement, "…", List.of(), "write.granted"));
        }
        KeptTransaction kept =
                keeper.keep(
                        new WriteTransaction(new Principal("agent", "shop", "writes"), 1, 0, runs),
                        measured,
                        session);
        agent.commit();
        agent.setAutoCommit(true);
        kept.committed();
        return kept.id();
    }

    UndoReport undo(String id) throws Exception {
        return undo(id, WISH);
    }

    UndoReport undo(String id, UndoWish wish) throws Exception {
        return undo(id, wish, "restorer");
    }

    UndoReport undo(String id, UndoWish wish, String role) throws Exception {
        try (Connection connection = postgres.connect("shop", role, role);
                JournalReader reader = journal.open(id, List.of())) {
            return new Reversal(
                            connection,
                            JdbcWritingSession::new,
                            keeper,
                            new RecordedAudit(record),
                            InstantSource.system())
                    .undo(reader, wish);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        keeper.close();
        journal.close();
        postgres.close();
    }

    /// Remembers entries.
    private record RecordedAudit(List<AuditEntry> entries) implements AuditLog {
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
            return entries.add(entry);
        }
    }
}
