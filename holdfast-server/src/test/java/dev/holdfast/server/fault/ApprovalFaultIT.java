package dev.holdfast.server.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.fault.KillPoint.Moment;
import dev.holdfast.server.fault.KillPoint.Victim;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.people.StoredPeople;
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
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;

/// What becomes of a word when the gateway that uses it is killed. Two gateways share a store in PostgreSQL:
/// one is a process that is killed, the other one goes on, is where people decide, and must not speak for the
/// first.
@SideBySide
class ApprovalFaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Person ANN = new Person("ann", Set.of(Role.REVIEWER));
    private static final String DELETE = "DELETE FROM accounts";

    /// More than a file of the journal names one by one.
    private static final int STATEMENTS = 55;

    @TempDir private static Path directory;
    private static FaultStage stage;
    private static HoldfastServer other;

    @BeforeAll
    static void start() throws IOException, ConfigurationException, SQLException {
        stage =
                new FaultStage(
                        PostgresVersion.newest(),
                        directory,
                        "hold: {unbounded-writes: true}",
                        "store: {postgres: CONTROL}\napprovals: {wait: 30s}");
        stage.startGateway();
        Path second = directory.resolve("second.yaml");
        Files.writeString(
                second,
                Files.readString(stage.configuration())
                        .replace("{directory: audit}", "{directory: audit-2}")
                        .replace("{directory: undo}", "{directory: undo-2}"));
        other = HoldfastServer.start(ConfigurationFile.read(second));
        try (Connection store = stage.postgres().connectAsSuperuser("control")) {
            StoredPeople.put(store, ANN);
        }
    }

    @BeforeEach
    void refill() {
        stage.postgres()
                .sqlIn(
                        "shop",
                        "INSERT INTO accounts SELECT n, 0 FROM generate_series(1, 3) n"
                                + " ON CONFLICT DO NOTHING");
    }

    @AfterAll
    static void stop() {
        other.close();
        stage.close();
    }

    private static ApprovalBook book() {
        return other.approvals();
    }

    private static Held found(Held held) throws ApprovalException {
        return Objects.requireNonNull(book().find(held.id()));
    }

    private static Held waiting() throws ApprovalException {
        await().atMost(PATIENCE).until(() -> !book().pending().isEmpty());
        return book().pending().getFirst();
    }

    private static void approve(Held held) throws ApprovalException {
        book().approve(
                        held.id(),
                        ANN,
                        new Proof(Proof.Kind.TOTP, "ann", "totp", "{}", System.currentTimeMillis()),
                        held.phrase());
    }

    /// An agent that goes on until its gateway is gone.
    private static Thread agent(Work work) {
        return Thread.ofVirtual()
                .start(() -> {
                    try (Connection connection = stage.connect(true);
                            Statement statement = connection.createStatement()) {
                        work.run(connection, statement);
                    } catch (SQLException _) {
                        // The gateway is gone.
                    }
                });
    }

    @FunctionalInterface
    private interface Work {
        void run(Connection connection, Statement statement) throws SQLException;
    }

    private static String refusedByTheOther() {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable&preferQueryMode=simple"
                                        .formatted(other.addresses().getFirst().getPort()),
                                "cleaner",
                                "a long test password");
                Statement statement = connection.createStatement()) {
            statement.execute(DELETE);
            return "ran";
        } catch (PSQLException e) {
            return e.getServerErrorMessage() == null
                    ? e.toString()
                    : String.valueOf(e.getServerErrorMessage().getConstraint());
        } catch (SQLException e) {
            return e.toString();
        }
    }

    private static String accounts() {
        return stage.postgres().value("shop", "SELECT count(*) FROM accounts");
    }

    private static void kill(KillPoint point) {
        stage.killSwitch().arm(point);
    }

    private static void restartTheOther() throws IOException, ConfigurationException {
        other.close();
        other = HoldfastServer.start(ConfigurationFile.read(directory.resolve("second.yaml")));
    }

    @Test
    void aWordThatWasUsedForNothingIsVoidWhenItsGatewayComesBackAndNotBefore()
            throws InterruptedException, Exception {
        Thread agent = agent((_, statement) -> statement.execute(DELETE));
        Held held = waiting();
        kill(new KillPoint(Step.COMMIT, Moment.BEFORE, Victim.GATEWAY, 0));
        approve(held);
        assertThat(stage.killSwitch().awaitFired(PATIENCE.toMillis())).isTrue();
        agent.join(PATIENCE);
        restartTheOther();
        Held open = found(held);
        assertThat(open.state()).isEqualTo(State.AMBIGUOUS);
        assertThat(open.gateway()).matches("gw_[0-9a-f]{20}");
        assertThat(open.note()).contains(open.gateway()).contains("when it starts again");
        assertThat(refusedByTheOther()).isEqualTo("approval.ambiguous");
        assertThat(accounts()).isEqualTo("3");
        stage.startGateway();
        await().atMost(PATIENCE).until(() -> found(held).state() != State.AMBIGUOUS);
        assertThat(found(held).state()).isEqualTo(State.VOID);
        assertThat(found(held).note()).contains("nothing was changed");
        assertThat(accounts()).isEqualTo("3");
    }

    @Test
    void aWordWhoseTransactionCommittedIsUsedThoughItsGatewayWasKilledThen()
            throws InterruptedException, Exception {
        Thread agent =
                agent((connection, statement) -> {
                    connection.setAutoCommit(false);
                    for (int i = 0; i < STATEMENTS; i++) {
                        statement.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 1");
                    }
                    statement.execute(DELETE);
                    kill(new KillPoint(Step.COMMIT, Moment.DONE, Victim.GATEWAY, 0));
                    connection.commit();
                });
        Held held = waiting();
        approve(held);
        agent.join(PATIENCE);
        assertThat(stage.killSwitch().awaitFired(PATIENCE.toMillis())).isTrue();
        assertThat(accounts()).isEqualTo("0");
        restartTheOther();
        assertThat(found(held).state()).isEqualTo(State.AMBIGUOUS);
        stage.startGateway();
        await().atMost(PATIENCE).until(() -> found(held).state() != State.AMBIGUOUS);
        assertThat(found(held).state()).isEqualTo(State.USED);
        assertThat(found(held).transaction()).startsWith("txn_");
    }
}
