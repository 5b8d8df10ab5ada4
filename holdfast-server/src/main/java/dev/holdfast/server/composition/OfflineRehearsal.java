package dev.holdfast.server.composition;

import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.change.ChangeKeeper.Examined;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.PlanText;
import dev.holdfast.guard.change.SessionMeaning;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.capture.JdbcWritingSession;
import dev.holdfast.server.capture.TwinKeeper;
import dev.holdfast.server.capture.TwinSource;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.journal.ClusterFacts;
import dev.holdfast.server.journal.ImageJournal;
import dev.holdfast.server.journal.JournalWriter;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.parser.ParseOutcome;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Rehearses statements beside a gateway that runs, or without one: as the agent's own role, in a
/// transaction that is rolled back, with short waits for locks and a bounded time.
public final class OfflineRehearsal {
    private static final String LIMITS =
            "SET TRANSACTION READ WRITE; SET LOCAL lock_timeout = '2s';"
                    + " SET LOCAL statement_timeout = '30s'";

    private final HoldfastConfiguration configuration;
    private final Function<byte[], ParseOutcome> parser;

    /// @param parser parses what destroys
    OfflineRehearsal(HoldfastConfiguration configuration, Function<byte[], ParseOutcome> parser) {
        this.configuration = configuration;
        this.parser = parser;
    }

    /// Runs one statement, measures it, and rolls it back.
    ///
    /// @param analysis what is known of it: a single statement that may run, or that a person may let run
    /// @throws IOException if a database cannot be reached, or PostgreSQL refuses the statement
    /// @throws ChangeRefusedException if it could not be undone
    public MeasuredEffect rehearse(Principal principal, Analysis.Understood analysis, String sql)
            throws IOException, ChangeRefusedException {
        StatementEffects effects = analysis.statements().getFirst();
        if (analysis.statements().size() != 1) {
            throw new IOException("one statement at a time can be rehearsed");
        }
        boolean destroys =
                effects.relationEffects().stream()
                        .anyMatch(effect ->
                                switch (effect.operation()) {
                                    case TRUNCATE, DROP, ALTER -> true;
                                    case READ, LOCK, INSERT, UPDATE, DELETE, DEFINE -> false;
                                });
        if (destroys) {
            return ConfiguredQuarantine.of(configuration, parser).rehearse(principal, effects, sql);
        }
        return rows(principal, sql);
    }

    private MeasuredEffect rows(Principal principal, String sql)
            throws IOException, ChangeRefusedException {
        Database database = database(principal);
        String staging = database.staging();
        if (database.rehearseOnStaging() && staging != null) {
            Principal there =
                    new Principal(
                            principal.agent(), staging, principal.policy(), principal.grant());
            return rows(there, sql, meaning(database, principal)).measuredOn(staging);
        }
        return rows(principal, sql, null);
    }

    /// What the agent's role gives a statement on the database itself, where nothing is tried.
    private SessionMeaning meaning(Database database, Principal principal)
            throws IOException, ChangeRefusedException {
        try (Connection connection =
                CatalogAnalyst.source(database, agentRole(principal)).connect()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try {
                return SessionMeaning.read(
                        new JdbcWritingSession(connection), List.of(), List.of());
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new IOException("PostgreSQL: " + e.getMessage(), e);
        }
    }

    /// @param meaning to be carried over to a staging copy; null on the database itself
    private MeasuredEffect rows(Principal principal, String sql, @Nullable SessionMeaning meaning)
            throws IOException, ChangeRefusedException {
        Database database = database(principal);
        HoldfastConfiguration.ServiceRole capture = database.capture();
        if (capture == null) {
            throw new IOException(
                    "database %s has no capture role, so what a write changes cannot be read"
                            .formatted(database.name()));
        }
        TwinSource source = KeptWrites.source(database, capture);
        try (TwinKeeper keeper =
                        new TwinKeeper(
                                new KeepsNothing(),
                                _ -> KeptTransaction.Outcome.AMBIGUOUS,
                                CommitNotice.OF_NOTHING_APPROVED,
                                List.of(source));
                Connection connection =
                        CatalogAnalyst.source(database, agentRole(principal)).connect()) {
            connection.setAutoCommit(false);
            try {
                return measured(connection, keeper, principal, sql, meaning);
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new IOException("PostgreSQL: " + e.getMessage(), e);
        }
    }

    private static MeasuredEffect measured(
            Connection connection,
            TwinKeeper keeper,
            Principal principal,
            String sql,
            @Nullable SessionMeaning meaning)
            throws SQLException, ChangeRefusedException {
        JdbcWritingSession session = new JdbcWritingSession(connection);
        List<String> plan;
        Measurement before;
        long begin;
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(LIMITS);
            if (meaning != null) {
                carryOver(meaning, session, principal.database());
            }
            plan = plan(connection, statement, sql);
            before = measurement(session);
            begin = System.nanoTime();
            statement.execute(sql);
        }
        long micros = (System.nanoTime() - begin) / 1_000;
        session.query(Counters.SETTLE, List.of());
        Measurement measured = measurement(session).minus(before);
        Examined examined = keeper.examine(principal, measured, session);
        return new MeasuredEffect(
                examined.tables(), List.of(), examined.samples(), List.of(), plan, micros, -1);
    }

    private static void carryOver(SessionMeaning meaning, JdbcWritingSession session, String copy)
            throws ChangeRefusedException {
        if (meaning.isAlso(session)) {
            throw new ChangeRefusedException(HoldRefusals.copyIsOriginal(copy));
        }
        meaning.apply(session);
    }

    private static Measurement measurement(JdbcWritingSession session)
            throws ChangeRefusedException {
        return Counters.read(session.query(Counters.MEASURE, List.of())).measurement();
    }

    /// Empty where there is none.
    private static List<String> plan(Connection connection, Statement statement, String sql)
            throws SQLException {
        Savepoint savepoint = connection.setSavepoint("holdfast_plan");
        List<String> lines = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(PlanText.question(sql))) {
            while (lines.size() < PlanText.LINES_MAX && rows.next()) {
                lines.add(rows.getString(1));
            }
        } catch (SQLException _) {
            lines.clear();
        }
        connection.rollback(savepoint);
        connection.releaseSavepoint(savepoint);
        return PlanText.shown(lines);
    }

    private Database database(Principal principal) throws IOException {
        return configuration.databases().stream()
                .filter(each -> each.name().equals(principal.database()))
                .findFirst()
                .orElseThrow(() -> new IOException("no database " + principal.database()));
    }

    private AgentDatabase agentRole(Principal principal) throws IOException {
        return configuration.agents().stream()
                .filter(agent -> agent.name().equals(principal.agent()))
                .flatMap(agent -> agent.databases().stream())
                .filter(each -> each.database().equals(principal.database()))
                .findFirst()
                .orElseThrow(() ->
                        new IOException(
                                "agent %s has no login for %s"
                                        .formatted(principal.agent(), principal.database())));
    }

    /// What is rehearsed is never kept.
    private static final class KeepsNothing implements ImageJournal {
        @Override
        public JournalWriter begin(
                WriteTransaction transaction, Measurement measured, ClusterFacts cluster) {
            throw new IllegalStateException("a rehearsal does not commit");
        }

        @Override
        public void outcome(String id, KeptTransaction.Outcome outcome) {
            throw new IllegalStateException("a rehearsal does not commit");
        }
    }
}
