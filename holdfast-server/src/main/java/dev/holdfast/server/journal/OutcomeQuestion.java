package dev.holdfast.server.journal;

import dev.holdfast.guard.change.CommitOutcome;
import dev.holdfast.guard.change.CommitPoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks PostgreSQL, on a new connection, what became of a transaction.
///
/// An answer is taken from the same cluster on the same timeline only, and for an id that it has given out:
/// elsewhere the same id is another transaction's. Rather no answer than a wrong one.
public final class OutcomeQuestion {
    /// SQLSTATE of what is not configured any more, or was dropped: `invalid_catalog_name`.
    public static final String NO_DATABASE = "3D000";

    private static final Logger LOGGER = LoggerFactory.getLogger(OutcomeQuestion.class);
    private static final Duration PROGRESS_LOOK = Duration.ofMillis(50);
    private static final int QUERY_SECONDS_MAX = 10;

    /// Of which no later try says more. 22023: the id was not given out yet, so the cluster was restored, or
    /// crashed before it wrote anything of the transaction.
    private static final Set<String> NEVER_TOLD = Set.of(NO_DATABASE, "22023");

    private final Sessions sessions;

    public OutcomeQuestion(Sessions sessions) {
        this.sessions = sessions;
    }

    /// Where answers come from.
    @FunctionalInterface
    public interface Sessions {
        /// A new connection to a database, as a role of Holdfast's; closed by whoever asked.
        ///
        /// @param database its name in the configuration
        /// @throws SQLException if there is none; with SQLSTATE [#NO_DATABASE] if it is not configured any
        ///     more
        Connection open(String database) throws SQLException;
    }

    /// Asks. Waits for the database.
    ///
    /// @param database its name in the configuration
    /// @param progressMax how long to wait for a transaction that is open still
    public CommitOutcome ask(String database, CommitPoint point, Duration progressMax) {
        if (!point.transactionId().matches("[0-9]{1,19}")) {
            return CommitOutcome.UNKNOWN;
        }
        try (Connection connection = sessions.open(database)) {
            connection.setAutoCommit(true);
            return sameCluster(connection, point)
                    ? status(connection, point.transactionId(), progressMax)
                    : CommitOutcome.UNKNOWN;
        } catch (SQLException e) {
            LOGGER.warn(
                    "the outcome of transaction {} in {} cannot be asked for: SQLSTATE {}, {}",
                    point.transactionId(),
                    database,
                    e.getSQLState(),
                    e.getMessage());
            return e.getSQLState() != null && NEVER_TOLD.contains(e.getSQLState())
                    ? CommitOutcome.UNKNOWN
                    : CommitOutcome.UNREACHABLE;
        }
    }

    private static boolean sameCluster(Connection connection, CommitPoint point)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(QUERY_SECONDS_MAX);
            try (ResultSet rows = statement.executeQuery(CommitPoint.CLUSTER_QUERY)) {
                rows.next();
                @Nullable String[] facts = {rows.getString(1), rows.getString(2)};
                ClusterFacts cluster = ClusterFacts.of(Arrays.asList(facts));
                ClusterFacts ran = new ClusterFacts(point.system(), point.timeline());
                if (!cluster.sameAs(ran)) {
                    LOGGER.warn(
                            "transaction {} ran in {}, asked was {}: its outcome cannot be told",
                            point.transactionId(),
                            ran,
                            cluster);
                    return false;
                }
                return true;
            }
        }
    }

    private static CommitOutcome status(
            Connection connection, String transactionId, Duration progressMax) throws SQLException {
        long deadline = System.nanoTime() + progressMax.toNanos();
        while (true) {
            String status = statusNow(connection, transactionId);
            if (Objects.equals(status, "committed")) {
                return CommitOutcome.COMMITTED;
            }
            if (Objects.equals(status, "aborted")) {
                return CommitOutcome.ROLLED_BACK;
            }
            if (status == null) {
                // So old that PostgreSQL has forgotten.
                return CommitOutcome.UNKNOWN;
            }
            if (System.nanoTime() - deadline > 0) {
                return CommitOutcome.IN_PROGRESS;
            }
            try {
                Thread.sleep(PROGRESS_LOOK);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return CommitOutcome.IN_PROGRESS;
            }
        }
    }

    private static @Nullable String statusNow(Connection connection, String transactionId)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_catalog.pg_xact_status(CAST(? AS pg_catalog.xid8))")) {
            statement.setQueryTimeout(QUERY_SECONDS_MAX);
            statement.setString(1, transactionId);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }
}
