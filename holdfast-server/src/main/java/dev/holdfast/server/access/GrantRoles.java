package dev.holdfast.server.access;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.access.AccessException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The PostgreSQL roles of grants in one database: each is made for one grant, may do exactly what the grant
/// says, owns nothing, and is dropped with it.
///
/// Its password is derived from the access role's own and a salt: no secret more is kept anywhere, and every
/// gateway that may make the role can use it. PostgreSQL is sent the verifier only, so that no log of its
/// statements shows a password. `VALID UNTIL` is counted by PostgreSQL's clock; it is a backstop for a
/// Holdfast that cannot end the role itself.
final class GrantRoles {
    private static final Logger LOGGER = LoggerFactory.getLogger(GrantRoles.class);

    /// Before the id of the grant. All together 28 bytes: PostgreSQL cuts names at 63.
    static final String PREFIX = "holdfast_";

    private static final int CONNECTIONS_MAX = 1_000;

    /// Idle sessions that are terminated at a time, and after how long the next are.
    private static final int TERMINATED_AT_ONCE = 16;

    private static final Duration BETWEEN_TERMINATIONS = Duration.ofMillis(30);

    private final AccessRole access;
    private final String store;
    private final SecureRandom random;
    private final ReentrantLock ready = new ReentrantLock();
    private @Nullable Connection connection;

    /// @param store the identity of the control store: roles of another are left alone
    GrantRoles(AccessRole access, String store, SecureRandom random) {
        this.access = access;
        this.store = store;
        this.random = random;
    }

    /// The password of a grant's role.
    String password(String salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            String key = "holdfast grant role " + access.password().get();
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(salt.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
        }
    }

    /// Makes a grant's role with its privileges, all or nothing.
    ///
    /// @return what the role may do besides because everybody may, in words
    /// @throws AccessException if it cannot be made; then there is none
    List<String> create(Grant grant, String salt, Duration time) throws AccessException {
        String role = Sql.quoted(grant.role());
        try (Connection connection = access.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setEscapeProcessing(false);
            statement.execute(
                    "CREATE ROLE %s LOGIN CONNECTION LIMIT %d PASSWORD %s VALID UNTIL %s"
                            .formatted(
                                    role,
                                    CONNECTIONS_MAX,
                                    Sql.literal(verifier(salt)),
                                    Sql.literal(validUntil(statement, time))));
            statement.execute(
                    "COMMENT ON ROLE %s IS %s".formatted(role, Sql.literal(mark(grant.id()))));
            // To end its sessions and take back its privileges one must have its rights; never the
            // reverse.
            statement.execute(
                    "GRANT %s TO CURRENT_USER%s"
                            .formatted(
                                    role,
                                    version(connection) >= 16
                                            ? " WITH INHERIT TRUE, SET FALSE"
                                            : ""));
            List<String> tables = Privileges.give(statement, grant);
            List<String> warnings = Privileges.besides(statement, grant.role(), tables);
            connection.commit();
            return warnings;
        } catch (SQLException e) {
            throw unavailable("the role for the grant could not be made", e);
        }
    }

    /// Lets a role in for longer.
    void extend(String role, Duration time) throws AccessException {
        try (Connection connection = access.connect();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(
                    "ALTER ROLE %s VALID UNTIL %s"
                            .formatted(Sql.quoted(role), Sql.literal(validUntil(statement, time))));
        } catch (SQLException e) {
            throw unavailable("the grant's role could not be let in for longer", e);
        }
    }

    /// Makes a role that stands ready for a gateway which has just started: the access role's password may
    /// have changed.
    void refresh(String role, String salt, Duration time) throws SQLException {
        try (Connection connection = access.connect();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(
                    "ALTER ROLE %s LOGIN PASSWORD %s VALID UNTIL %s"
                            .formatted(
                                    Sql.quoted(role),
                                    Sql.literal(verifier(salt)),
                                    Sql.literal(validUntil(statement, time))));
        }
    }

    /// Lets nobody in any more.
    void lock(Collection<String> roles) throws SQLException {
        at(statement -> {
            for (String role : existing(statement, roles)) {
                statement.execute("ALTER ROLE " + Sql.quoted(role) + " NOLOGIN");
            }
            return 0;
        });
    }

    /// Lets it in again.
    void unlock(Collection<String> roles) throws SQLException {
        at(statement -> {
            for (String role : existing(statement, roles)) {
                statement.execute("ALTER ROLE " + Sql.quoted(role) + " LOGIN");
            }
            return 0;
        });
    }

    /// Cancels whatever sessions of these roles run: one statement for all, where a CancelRequest costs
    /// PostgreSQL a process of its own for each.
    void cancel(Collection<String> roles) throws SQLException {
        // What only waits for a standby has committed here already: cancelled, it would not wait
        // for it.
        sessions("pg_cancel_backend(pid)", roles, "wait_event IS DISTINCT FROM 'SyncRep'");
    }

    /// Ends every session of these roles: those that run something at once, the others a few at a time. The end
    /// of hundreds of backends in one moment would leave no processor for what tells their clients.
    ///
    /// @return how many there were
    int terminate(Collection<String> roles) throws SQLException, InterruptedException {
        int running = sessions("pg_terminate_backend(pid)", roles, "state = 'active'").size();
        List<String> idle = sessions("pid", roles, "state <> 'active'");
        for (int from = 0; from < idle.size(); from += TERMINATED_AT_ONCE) {
            if (from > 0) {
                Thread.sleep(BETWEEN_TERMINATIONS);
            }
            List<String> some =
                    idle.subList(from, Math.min(from + TERMINATED_AT_ONCE, idle.size()));
            sessions(
                    "pg_terminate_backend(pid)",
                    roles,
                    "pid IN (%s)".formatted(String.join(", ", some)));
        }
        // Whoever was neither, or has come in or begun something meanwhile.
        terminateAtOnce(roles);
        return running + idle.size();
    }

    private void terminateAtOnce(Collection<String> roles) throws SQLException {
        sessions("pg_terminate_backend(pid)", roles, "true");
    }

    /// An expression for each session of these roles for which something holds.
    private List<String> sessions(String expression, Collection<String> roles, String which)
            throws SQLException {
        List<String> values = new ArrayList<>();
        at(statement -> {
            values.clear();
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT %s FROM pg_stat_activity WHERE usename IN (%s) AND %s"
                                    .formatted(expression, literals(roles), which))) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values.size();
        });
        return values;
    }

    private static String literals(Collection<String> roles) {
        return roles.stream().map(Sql::literal).collect(Collectors.joining(", "));
    }

    private static List<String> existing(Statement statement, Collection<String> roles)
            throws SQLException {
        List<String> found = new ArrayList<>();
        if (!roles.isEmpty()) {
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT rolname FROM pg_roles WHERE rolname IN ("
                                    + literals(roles)
                                    + ")")) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    /// What is done with a statement.
    @FunctionalInterface
    private interface Work {
        int run(Statement statement) throws SQLException;
    }

    /// Does something on the connection that stands ready for taking access away: opening one takes time,
    /// and most of all while PostgreSQL has much to do.
    private int at(Work work) throws SQLException {
        ready.lock();
        try {
            Connection kept = connection;
            if (kept != null) {
                try (Statement statement = kept.createStatement()) {
                    statement.setEscapeProcessing(false);
                    return work.run(statement);
                } catch (SQLException _) {
                    // It may have been lost long ago; what was to be done can be done twice.
                    close();
                }
            }
            Connection fresh = access.connect();
            connection = fresh;
            try (Statement statement = fresh.createStatement()) {
                statement.setEscapeProcessing(false);
                return work.run(statement);
            }
        } finally {
            ready.unlock();
        }
    }

    /// Closes the connection that stands ready.
    void close() {
        ready.lock();
        try {
            Connection kept = connection;
            connection = null;
            if (kept != null) {
                kept.close();
            }
        } catch (SQLException e) {
            LOGGER.debug("database {}: closing: {}", access.database(), e.getMessage());
        } finally {
            ready.unlock();
        }
    }

    /// Takes a role's privileges back and drops it. One that is not there is no error.
    void drop(String role) throws SQLException {
        try (Connection connection = access.connect();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            if (!exists(statement, role)) {
                return;
            }
            connection.setAutoCommit(false);
            statement.execute("DROP OWNED BY " + Sql.quoted(role));
            statement.execute("DROP ROLE " + Sql.quoted(role));
            connection.commit();
        }
    }

    /// The roles of this store's grants that are there.
    List<String> present() throws SQLException {
        try (Connection connection = access.connect();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles"
                                        + " WHERE starts_with(rolname, 'holdfast_gr_')")) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                String name = rows.getString(1);
                if (mark(name.substring(PREFIX.length())).equals(rows.getString(2))) {
                    names.add(name);
                }
            }
            return names;
        }
    }

    /// Ends and drops what no grant stands for any more; what cannot be dropped now stays for the next time.
    ///
    /// @param present what [#present] said before it was asked what is in force
    void sweep(Collection<String> present, Collection<String> inForce) throws SQLException {
        for (String role : present) {
            if (!inForce.contains(role)) {
                try {
                    lock(List.of(role));
                    terminateAtOnce(List.of(role));
                    drop(role);
                    LOGGER.info("database {}: role {} dropped", access.database(), role);
                } catch (SQLException e) {
                    LOGGER.warn(
                            "database {}: role {} cannot be dropped now, it stays NOLOGIN: {}",
                            access.database(),
                            role,
                            e.getMessage());
                }
            }
        }
    }

    private String mark(String grant) {
        return "grant "
                + grant
                + " of the Holdfast with store "
                + store
                + " on "
                + access.database();
    }

    private String verifier(String salt) {
        return ScramVerifier.of(
                        password(salt).toCharArray(), ScramVerifier.ITERATIONS_DEFAULT, random)
                .encoded();
    }

    private static boolean exists(Statement statement, String role) throws SQLException {
        try (ResultSet found =
                statement.executeQuery(
                        "SELECT 1 FROM pg_roles WHERE rolname = " + Sql.literal(role))) {
            return found.next();
        }
    }

    private static String validUntil(Statement statement, Duration time) throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT (clock_timestamp() + interval '1 second' * "
                                + time.toSeconds()
                                + ")::text")) {
            row.next();
            return row.getString(1);
        }
    }

    private static int version(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion();
    }

    private AccessException unavailable(String what, SQLException e) {
        LOGGER.warn("database {}: {}: {}", access.database(), what, e.getMessage());
        return new AccessException(
                Reason.UNAVAILABLE,
                "database %s: %s (SQLSTATE %s): the gateway's log says more. The access role needs"
                                .formatted(access.database(), what, e.getSQLState())
                        + " CREATEROLE and a connection to the database",
                e);
    }
}
