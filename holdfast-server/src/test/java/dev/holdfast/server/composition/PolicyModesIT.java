package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.people.StoredPeople;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// The modes `shadow` and `sandbox` of a policy, through a whole Holdfast, with a database and its staging
/// copy.
@SideBySide
class PolicyModesIT {
    private static final String PASSWORD = "a long test password";
    private static final String GRANTS =
            "read: [public.*], write: [{relations: [public.*], operations: [insert, update, delete]}]";

    private static @Nullable DisposablePostgres started;

    @TempDir private Path directory;

    @BeforeAll
    static void startPostgres() {
        DisposablePostgres postgres = DisposablePostgres.start();
        started = postgres;
        postgres.createRole("writer", "upstream", "NOSUPERUSER");
        postgres.createRole("twin", "upstream", "NOSUPERUSER");
        for (String database : new String[] {"shop", "copy"}) {
            postgres.createDatabase(database);
            postgres.sqlIn(
                    database,
                    """
                    CREATE TABLE orders (id int PRIMARY KEY, note text);
                    CREATE TABLE lines (id int PRIMARY KEY,
                      orders int REFERENCES orders ON DELETE CASCADE);
                    GRANT ALL ON orders, lines TO writer; GRANT SELECT ON orders, lines TO twin;
                    """);
        }
    }

    @AfterAll
    static void stopPostgres() {
        postgres().close();
    }

    @BeforeEach
    void fill() throws IOException {
        for (String database : new String[] {"shop", "copy"}) {
            postgres()
                    .sqlIn(
                            database,
                            """
                            TRUNCATE orders, lines;
                            INSERT INTO orders SELECT i, '%s' FROM generate_series(1, 20) i;
                            INSERT INTO lines SELECT i, i %% 20 + 1 FROM generate_series(1, 60) i;
                            """
                                    .formatted(database));
        }
        write("password", "upstream", "rw-------");
    }

    @Test
    void shadowRunsAWriteAndRollsItBackAndSaysSo() throws Exception {
        try (HoldfastServer server = start("shadow", "shop", true);
                Connection agent = connect(server)) {
            ServerErrorMessage told = refused(agent, "DELETE FROM orders WHERE id = 1");
            assertThat(told.getConstraint()).isEqualTo("shadow.rolled-back");
            assertThat(told.getDetail()).contains("would have changed 4 rows");
            assertThat(count("shop", "orders")).isEqualTo("20");
            assertThat(count("shop", "lines")).isEqualTo("60");
            assertThat(refused(agent, "UPDATE orders SET note = 'x'").getConstraint())
                    .isEqualTo("write.unbounded");
            assertThat(value(agent, "SELECT count(*) FROM orders")).isEqualTo("20");
            assertThat(journal()).isZero();
        }
    }

    @Test
    void shadowShowsAnAgentItsOwnChangesUntilItCommits() throws Exception {
        try (HoldfastServer server = start("shadow", "shop", true);
                Connection agent = connect(server)) {
            agent.setAutoCommit(false);
            run(agent, "UPDATE orders SET note = 'mine' WHERE id = 2");
            assertThat(value(agent, "SELECT note FROM orders WHERE id = 2")).isEqualTo("mine");
            PSQLException thrown = catchThrowableOfType(PSQLException.class, agent::commit);
            assertThat(String.valueOf(thrown.getServerErrorMessage())).contains("shadow mode");
            assertThat(value(agent, "SELECT note FROM orders WHERE id = 2")).isEqualTo("shop");
            agent.rollback();
        }
        assertThat(postgres().value("shop", "SELECT note FROM orders WHERE id = 2"))
                .isEqualTo("shop");
    }

    @Test
    void sandboxWorksOnTheStagingCopyAndNowhereElse() throws Exception {
        try (HoldfastServer server = start("sandbox", "shop, staging: copy", true);
                Connection agent = connect(server)) {
            assertThat(value(agent, "SELECT note FROM orders WHERE id = 3")).isEqualTo("copy");
            run(agent, "DELETE FROM orders WHERE id = 3");
            assertThat(count("copy", "lines")).isEqualTo("57");
            assertThat(count("shop", "lines")).isEqualTo("60");
            assertThat(refused(agent, "DELETE FROM orders").getConstraint())
                    .isEqualTo("write.unbounded");
            assertThat(journal()).isEqualTo(1);
        }
    }

    @Test
    void sandboxWithoutAStagingCopyOrALoginThereIsNoConfiguration() {
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class, () -> start("sandbox", "shop", true)))
                .hasMessageContaining(
                        "policy agents is in sandbox mode, and shop has no staging copy");
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class,
                                () -> start("sandbox", "shop, staging: copy", false)))
                .hasMessageContaining("the agent has no login for copy");
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class,
                                () -> start("enforce", "shop, staging: shop", true)))
                .hasMessageContaining("databases[0].staging: shop has a staging copy itself");
    }

    @Test
    void heldStatementsAreRehearsedOnTheStagingCopy() throws Exception {
        postgres()
                .sqlIn("copy", "DELETE FROM lines WHERE id > 50; DELETE FROM orders WHERE id > 15");
        String shop = "shop, staging: copy, rehearse-on-staging: true";
        try (HoldfastServer server = start("enforce, hold: {unbounded-writes: true}", shop, true);
                Connection agent = connect(server)) {
            assertThat(refused(agent, "UPDATE orders SET note = 'x'").getConstraint())
                    .isEqualTo("hold.unbounded-write");
            Held held = server.approvals().pending().getFirst();
            assertThat(held.effect().copy()).isEqualTo("copy");
            assertThat(held.effect().rows()).isEqualTo(15);
            assertThat(held.effect().samples().getFirst().before()).contains("copy");
            Person ann = new Person("ann", Set.of(Role.REVIEWER));
            StoredPeople.put("jdbc:sqlite:" + directory.resolve("audit/holdfast.db"), ann);
            Proof proof =
                    new Proof(Proof.Kind.TOTP, "ann", "totp", "{}", System.currentTimeMillis());
            server.approvals().approve(held.id(), ann, proof, held.phrase());
            assertThat(refused(agent, "UPDATE orders SET note = 'x'").getConstraint())
                    .isEqualTo("approval.effect-grew");
            assertThat(count("shop", "orders WHERE note = 'x'")).isEqualTo("0");
        }
        try (OfflineJudge judge = OfflineJudge.open(directory.resolve("holdfast.yaml"), true)) {
            Principal principal = judge.principal("agent", "shop");
            String sql = "UPDATE orders SET note = 'x'";
            Analysis.Understood analysis =
                    (Analysis.Understood) judge.judge(principal, sql).analysis();
            MeasuredEffect effect = judge.rehearsal().rehearse(principal, analysis, sql);
            assertThat(effect.copy()).isEqualTo("copy");
            assertThat(effect.rows()).isEqualTo(15);
            assertThat(effect.plan()).anyMatch(line -> line.contains("Seq Scan on orders"));
        }
        assertThat(count("shop", "orders WHERE note = 'x'")).isEqualTo("0");
    }

    @Test
    void whereNothingCouldBeRehearsedTheConfigurationIsNotTaken() {
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class,
                                () -> start("enforce", "shop, rehearse-on-staging: true", true)))
                .hasMessageContaining("databases[0].rehearse-on-staging: there is no staging copy");
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class,
                                () ->
                                        start(
                                                "enforce",
                                                "shop, staging: copy, rehearse-on-staging: true",
                                                false)))
                .hasMessageContaining("agents[0].databases[0]")
                .hasMessageContaining("the agent has no login there");
    }

    @Test
    void aSessionThatIsOpenWhenItsPolicyBecomesASandboxIsRefused()
            throws ConfigurationException, IOException, InterruptedException, SQLException {
        try (HoldfastServer server = start("enforce", "shop, staging: copy", true);
                Connection agent = connect(server)) {
            assertThat(value(agent, "SELECT note FROM orders WHERE id = 4")).isEqualTo("shop");
            policy("sandbox");
            awaitRefusal(agent);
            ServerErrorMessage told = refused(agent, "UPDATE orders SET note = 'x' WHERE id = 4");
            assertThat(told.getConstraint()).isEqualTo("sandbox.no-staging");
            try (Connection again = connect(server)) {
                assertThat(value(again, "SELECT note FROM orders WHERE id = 4")).isEqualTo("copy");
            }
        }
    }

    private static void awaitRefusal(Connection agent) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < deadline) {
            try {
                run(agent, "SELECT 1 FROM orders");
                Thread.sleep(100);
            } catch (SQLException _) {
                return;
            }
        }
        throw new IllegalStateException("the changed policy is not in force after 20 s");
    }

    private static DisposablePostgres postgres() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    private static String count(String database, String table) {
        return postgres().value(database, "SELECT count(*) FROM " + table);
    }

    private long journal() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("audit/undo"))) {
            return files.filter(file -> file.getFileName().toString().endsWith(".journal")).count();
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    private static ServerErrorMessage refused(Connection connection, String sql) {
        PSQLException thrown =
                catchThrowableOfType(PSQLException.class, () -> run(connection, sql));
        ServerErrorMessage message = thrown.getServerErrorMessage();
        if (message == null) {
            throw new IllegalStateException(thrown);
        }
        return message;
    }

    private static Connection connect(HoldfastServer server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable"
                        .formatted(server.addresses().getFirst().getPort()),
                "agent",
                PASSWORD);
    }

    private void write(String name, String text, String mode) throws IOException {
        // As an editor does it: a reader finds the old file or the new one.
        Path fresh = Files.writeString(directory.resolve(name + ".new"), text);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
        Files.move(fresh, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private void policy(String mode) throws IOException {
        write(
                "policies.yaml",
                "policies: [{name: agents, mode: %s, %s}]\n".formatted(mode, GRANTS),
                "rw-r--r--");
    }

    /// @param shop the name of the database, and what else its entry has
    private HoldfastServer start(String mode, String shop, boolean loginThere)
            throws IOException, ConfigurationException {
        policy(mode);
        String there =
                loginThere
                        ? ", {database: copy, role: writer, password: \"${file:password}\"}"
                        : "";
        write(
                "holdfast.yaml",
                """
                listeners: [{port: 0, tls: {mode: disable}}]
                databases:
                  - {name: %s, upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable},
                     capture: {role: twin, password: "${file:password}"}}
                  - {name: copy, upstream: {host: 127.0.0.1, port: %d, database: copy, sslmode: disable},
                     capture: {role: twin, password: "${file:password}"}}
                agents:
                  - name: agent
                    verifier: "%s"
                    policy: agents
                    databases: [{database: shop, role: writer, password: "${file:password}"}%s]
                policy-file: policies.yaml
                audit: {directory: audit}
                approvals: {wait: 0s}
                admin: {port: 0}
                """
                        .formatted(
                                shop,
                                postgres().port(),
                                postgres().port(),
                                ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom())
                                        .encoded(),
                                there),
                "rw-r--r--");
        return HoldfastServer.start(ConfigurationFile.read(directory.resolve("holdfast.yaml")));
    }
}
