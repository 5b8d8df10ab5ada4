package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A server with [CapturedShop], and transactions of an agent that are kept as the gateway does it.
final class CaptureStage implements AutoCloseable {
    static final Principal PRINCIPAL = new Principal("agent", "shop", "writes");

    final DisposablePostgres postgres;
    final KeptInMemory journal = new KeptInMemory();
    final TwinKeeper keeper;

    /// One that knows of no functions that hide changes from the counters, and so relies on these.
    final TwinKeeper trusting;

    final KeptInMemory trusted = new KeptInMemory();

    CaptureStage(PostgresVersion version) {
        postgres = DisposablePostgres.ofVersion(version).start();
        postgres.createRole("agent", "agent", "");
        postgres.createRole("twin", "twin", "");
        postgres.createDatabase("shop");
        postgres.sqlIn("shop", CapturedShop.SCHEMA);
        trusting =
                keeper(trusted, CommitNotice.OF_NOTHING_APPROVED, source("shop", "twin", "twin"));
        postgres.sqlIn("shop", CapturedShop.HIDING);
        keeper = keeper(source("shop", "twin", "twin"));
    }

    TwinSource source(String database, String role, String password) {
        return new TwinSource(
                "shop",
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/",
                database,
                Map.of("sslmode", "disable"),
                role,
                () -> password,
                Duration.ofSeconds(20),
                Duration.ofSeconds(1),
                4);
    }

    TwinKeeper keeper(TwinSource... sources) {
        return keeper(journal, CommitNotice.OF_NOTHING_APPROVED, sources);
    }

    /// One that tells of people's words.
    TwinKeeper telling(CommitNotice notice) {
        return keeper(journal, notice, source("shop", "twin", "twin"));
    }

    private static TwinKeeper keeper(
            KeptInMemory journal, CommitNotice notice, TwinSource... sources) {
        return new TwinKeeper(
                journal, _ -> KeptTransaction.Outcome.AMBIGUOUS, notice, List.of(sources));
    }

    /// A session of the agent in a transaction.
    Connection begin() throws SQLException {
        Connection agent = postgres.connect("shop", "agent", "agent");
        run(agent, "SET search_path = shop");
        run(agent, "BEGIN");
        return agent;
    }

    static Measurement measure(Connection agent) throws SQLException, ChangeRefusedException {
        run(agent, Counters.SETTLE);
        return Counters.read(new JdbcWritingSession(agent).query(Counters.MEASURE, List.of()))
                .measurement();
    }

    KeptTransaction keep(Connection agent) throws SQLException, ChangeRefusedException {
        return keep(agent, keeper);
    }

    static KeptTransaction keep(Connection agent, TwinKeeper by, String... statements)
            throws SQLException, ChangeRefusedException {
        List<WriteTransaction.Run> runs =
                Stream.of(statements)
                        .map(text -> new WriteTransaction.Run(text, "…", List.of(), ""))
                        .toList();
        return by.keep(
                new WriteTransaction(PRINCIPAL, 1, 0, runs),
                measure(agent),
                new JdbcWritingSession(agent));
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Everything that is committed, each row with its place.
    Map<String, Set<String>> everything() throws SQLException, ChangeRefusedException {
        Map<String, Set<String>> tables = new TreeMap<>();
        try (Connection all = postgres.connectAsSuperuser("shop")) {
            run(all, Counters.PIN_SESSION_FORMATS);
            JdbcWritingSession session = new JdbcWritingSession(all);
            for (List<?> table :
                    session.query(
                            """
                            SELECT format('%s.%s', n.nspname, c.relname),
                              format('SELECT ctid, %s FROM ONLY %I.%I', (
                                SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
                                FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
                                  AND NOT attisdropped), n.nspname, c.relname)
                            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname IN ('shop', 'hidden') AND c.relkind = 'r'\
                            """,
                            List.of())) {
                Set<String> rows = new TreeSet<>();
                session.copyOut(
                        String.valueOf(table.get(1)),
                        line ->
                                rows.add(
                                        new String(line, java.nio.charset.StandardCharsets.UTF_8)));
                tables.put(String.valueOf(table.getFirst()), rows);
            }
        }
        return tables;
    }

    /// What is in the first and not in the second, without tables of which that is nothing.
    static Map<String, Set<String>> without(
            Map<String, Set<String>> first, Map<String, Set<String>> second) {
        Map<String, Set<String>> rest = new TreeMap<>();
        first.forEach((table, rows) -> {
            Set<String> left = new TreeSet<>(rows);
            left.removeAll(second.getOrDefault(table, Set.of()));
            if (!left.isEmpty()) {
                rest.put(table, left);
            }
        });
        return rest;
    }

    static Map<String, Set<String>> sets(Map<String, List<String>> lines) {
        Map<String, Set<String>> sets = new TreeMap<>();
        lines.forEach((table, rows) -> {
            Set<String> set = new TreeSet<>(rows);
            if (set.size() != rows.size()) {
                throw new IllegalStateException("a line twice in " + table);
            }
            sets.put(table, set);
        });
        return sets;
    }

    @Override
    public void close() {
        keeper.close();
        trusting.close();
        postgres.close();
    }
}
