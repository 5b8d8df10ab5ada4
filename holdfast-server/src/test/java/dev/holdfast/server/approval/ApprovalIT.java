package dev.holdfast.server.approval;

import static dev.holdfast.server.approval.ApprovalStage.ANN;
import static dev.holdfast.server.approval.ApprovalStage.BOB;
import static dev.holdfast.server.approval.ApprovalStage.CARL;
import static dev.holdfast.server.approval.ApprovalStage.OWNER;
import static dev.holdfast.server.approval.ApprovalStage.proof;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.composition.OfflineJudge.Judged;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Role;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.testkit.ExternalProgram;
import dev.holdfast.testkit.SideBySide;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;

/// From a held statement to its effect, with real agents; and every way in which a word must not count.
@SideBySide
@SuppressWarnings("InterruptedExceptionSwallowed") // a test that is interrupted fails
class ApprovalIT {
    private static final String DELETE = "DELETE FROM shop.customers";

    @TempDir private static Path directory;
    private static ApprovalStage stage;

    @BeforeAll
    static void start() throws Exception {
        stage = new ApprovalStage(directory);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @BeforeEach
    void refill() throws Exception {
        stage.refill();
        for (Held held : stage.book().pending()) {
            stage.book().reject(held.id(), ANN, "of another test");
        }
    }

    /// What the agent gets: `ok`, or the rule that refuses.
    private static CompletableFuture<String> sends(String agent, String sql) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (Connection connection = stage.connect(agent);
                            Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                        answer.complete("ok");
                    } catch (PSQLException e) {
                        answer.complete(
                                e.getServerErrorMessage() == null
                                        ? e.toString()
                                        : String.valueOf(
                                                e.getServerErrorMessage().getConstraint()));
                    } catch (SQLException e) {
                        answer.completeExceptionally(e);
                    }
                });
        return answer;
    }

    @Test
    void aHeldDeleteWaitsRunsAndIsOnRecord() throws Exception {
        CompletableFuture<String> agent = sends("agent", DELETE);
        Held held = stage.waiting();
        assertThat(held.effect().rows()).isEqualTo(80);
        assertThat(held.effect().tables())
                .extracting(table ->
                        table.relation() + " " + table.deleted() + "/" + table.rowsBefore())
                .containsExactlyInAnyOrder("shop.customers 20/20", "shop.orders 60/60");
        assertThat(held.phrase()).isEqualTo("YES, I UNDERSTAND 80 rows");
        assertThat(held.peopleNeeded()).isEqualTo(1);
        assertThat(stage.rows("customers")).isEqualTo(20);
        stage.approve(held, ANN);
        assertThat(agent.get()).isEqualTo("ok");
        assertThat(stage.rows("customers")).isZero();
        assertThat(stage.rows("orders")).isZero();
        await().untilAsserted(() -> {
            Held used = stage.found(held);
            assertThat(used.state()).isEqualTo(State.USED);
            assertThat(used.transaction()).startsWith("txn_");
        });
    }

    @Test
    void samplesShowRowsAndMaskWhatTheAgentMayNotSee() throws Exception {
        sends("agent", DELETE + " WHERE 5 > 1");
        RowSample sample =
                stage.waiting().effect().samples().stream()
                        .filter(one -> one.relation().equals("shop.customers"))
                        .findFirst()
                        .orElseThrow();
        assertThat(sample.columns()).containsExactly("id", "name", "email");
        assertThat(sample.before().get(1)).startsWith("customer ");
        assertThat(sample.before().get(2)).isEqualTo("•••");
        assertThat(sample.after()).isEmpty();
    }

    /// The planner tries functions of the agent's choice, and writes down what they give.
    @Test
    void aPlanShowsNoConstantOfViewsAndFunctions() throws Exception {
        CompletableFuture<String> agent =
                sends(
                        "agent",
                        "UPDATE shop.few SET name = 'x' WHERE name <> shop.named() AND true");
        await().until(() -> agent.isDone() || !stage.book().pending().isEmpty());
        assertThat(agent).isNotDone();
        assertThat(String.join("\n", stage.waiting().effect().plan()))
                .contains("Update on customers", "<> ?::text", "< ?::text")
                .doesNotContain("fff", "zzz");
    }

    @Test
    void whatIsRejectedIsNotAskedAgain() throws Exception {
        CompletableFuture<String> agent = sends("agent", DELETE + " WHERE true");
        Held held = stage.waiting();
        stage.book().reject(held.id(), ANN, "never on a friday");
        assertThat(agent.get()).isEqualTo("approval.rejected");
        assertThat(sends("agent", DELETE + " WHERE true").get()).isEqualTo("approval.rejected");
        assertThat(stage.book().pending()).isEmpty();
        assertThat(stage.rows("customers")).isEqualTo(20);
    }

    @Test
    void whoWantsAnotherStatementTellsTheAgent() throws Exception {
        CompletableFuture<String> agent = sends("agent", DELETE + " WHERE 1 = 1");
        stage.book().requestChanges(stage.waiting().id(), ANN, "only customers above 15");
        assertThat(agent.get()).isEqualTo("approval.changes-requested");
    }

    @Test
    void anEffectThatGrewBetweenApprovalAndRunIsRolledBackAndVoid() throws Exception {
        String sql = DELETE + " WHERE id = id";
        CompletableFuture<String> agent = sends("agent", sql);
        Held held = stage.waiting();
        stage.postgres.sqlIn("shop", "INSERT INTO shop.orders VALUES (100, 1)");
        stage.approve(held, ANN);
        assertThat(agent.get()).isEqualTo("approval.effect-grew");
        assertThat(stage.rows("orders")).isEqualTo(61);
        assertThat(stage.found(held).state()).isEqualTo(State.VOID);
    }

    @Test
    void anotherAgentAnotherTextAnotherParameterGetNothingOfIt() throws Exception {
        String sql = DELETE + " WHERE id IS NOT NULL";
        CompletableFuture<String> agent = sends("agent", sql);
        stage.approve(stage.waiting(), ANN);
        assertThat(agent.get()).isEqualTo("ok");
        stage.refill();
        // It is used: the same has to be asked again, and so has every other.
        for (String[] other :
                new String[][] {{"agent", sql}, {"other", sql}, {"agent", sql + " AND true"}}) {
            CompletableFuture<String> again = sends(other[0], other[1]);
            stage.book().reject(stage.waiting().id(), ANN, "no");
            assertThat(again.get()).isEqualTo("approval.rejected");
        }
        assertThat(stage.rows("customers")).isEqualTo(20);
    }

    @Test
    void aChangedPolicyVoidsTheWord() throws Exception {
        String sql = DELETE + " WHERE id >= id";
        stage.approve(asked(sql), ANN);
        stage.policy("    restricted: [{relations: [shop.old], access: deny}]");
        awaitAnswer("SELECT * FROM shop.old", "relation.restricted");
        assertThat(sends("agent", sql).get()).isEqualTo("approval.void");
        stage.policy("");
        awaitAnswer("SELECT * FROM shop.old", "ok");
        assertThat(stage.rows("customers")).isEqualTo(20);
    }

    @Test
    void aChangedCatalogVoidsTheWord() throws Exception {
        String sql = DELETE + " WHERE id <= id";
        stage.approve(asked(sql), ANN);
        stage.postgres.sqlIn(
                "shop",
                """
                CREATE TABLE shop.fresh (id int PRIMARY KEY,
                  customer int REFERENCES shop.customers ON DELETE CASCADE);
                GRANT ALL ON shop.fresh TO writer, twin;
                """);
        awaitAnswer("SELECT * FROM shop.fresh", "ok");
        assertThat(sends("agent", sql).get()).isEqualTo("approval.void");
        assertThat(stage.rows("customers")).isEqualTo(20);
        stage.postgres.sqlIn("shop", "DROP TABLE shop.fresh");
        awaitAnswer("SELECT * FROM shop.fresh", "name.unknown");
    }

    /// Waits until the agent gets this answer.
    private static void awaitAnswer(String sql, String answer) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sends("agent", sql).get()).isEqualTo(answer));
    }

    /// A statement that is held, of which the agent does not wait for the answer.
    private static Held asked(String sql) throws Exception {
        try (Connection connection = stage.connect("agent");
                Statement statement = connection.createStatement()) {
            CompletableFuture<Boolean> over =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return statement.execute(sql);
                        } catch (SQLException _) {
                            return true;
                        }
                    });
            Held held = stage.waiting();
            await().until(() -> {
                statement.cancel();
                return over.isDone();
            });
            return held;
        }
    }

    @Test
    void whatDestroysNeedsTwoAndComesBackFromTheQuarantine() throws Exception {
        CompletableFuture<String> agent = sends("agent", "TRUNCATE shop.old");
        Held held = stage.waiting();
        assertThat(held.peopleNeeded()).isEqualTo(2);
        assertThat(held.effect().rows()).isEqualTo(5);
        assertThat(stage.approve(held, ANN).state()).isEqualTo(State.PENDING);
        assertThatThrownBy(() -> stage.approve(held, ANN)).hasMessageContaining("another person");
        assertThat(stage.rows("old")).isEqualTo(5);
        assertThat(stage.approve(held, BOB).state()).isEqualTo(State.APPROVED);
        assertThat(agent.get()).isEqualTo("ok");
        assertThat(stage.rows("old")).isZero();
        await().untilAsserted(() -> assertThat(stage.found(held).transaction()).startsWith("qrn_"));
    }

    @Test
    void theGlassCanBeBrokenByAnOwnerWithAReason() throws Exception {
        CompletableFuture<String> agent = sends("agent", "TRUNCATE ONLY shop.old");
        Held held = stage.waiting();
        assertThatThrownBy(() ->
                        stage.book().breakGlass(held.id(), OWNER, proof(OWNER), held.phrase(), " "))
                .hasMessageContaining("reason");
        assertThatThrownBy(() ->
                        stage.book().breakGlass(held.id(), ANN, proof(ANN), held.phrase(), "fire"))
                .hasMessageContaining("owner");
        stage.book().breakGlass(held.id(), OWNER, proof(OWNER), held.phrase(), "fire");
        assertThat(agent.get()).isEqualTo("ok");
    }

    @Test
    void aWordThatIsNotProvenDoesNotCount() throws Exception {
        CompletableFuture<String> agent = sends("agent", DELETE + " WHERE 2 > 1");
        Held held = stage.waiting();
        long now = System.currentTimeMillis();
        assertThatThrownBy(() -> stage.book().approve(held.id(), ANN, proof(BOB), held.phrase()))
                .isInstanceOf(ApprovalException.class);
        assertThatThrownBy(() ->
                        stage.book()
                                .approve(
                                        held.id(),
                                        ANN,
                                        new Proof(
                                                Proof.Kind.TOTP,
                                                "ann",
                                                "totp",
                                                "{}",
                                                now - 300_000),
                                        held.phrase()))
                .isInstanceOf(ApprovalException.class);
        assertThatThrownBy(
                        () -> stage.book().approve(held.id(), ANN, proof(ANN), "YES, I UNDERSTAND"))
                .hasMessageContaining("80 rows");
        assertThatThrownBy(() -> stage.approve(held, CARL)).hasMessageContaining("role");
        Person namedLikeTheAgent = new Person("agent", Set.of(Role.REVIEWER));
        assertThatThrownBy(() -> stage.approve(held, namedLikeTheAgent))
                .hasMessageContaining("themselves");
        assertThat(stage.found(held).state()).isEqualTo(State.PENDING);
        stage.book().reject(held.id(), ANN, "no");
        assertThatThrownBy(() -> stage.approve(held, BOB)).hasMessageContaining("rejected");
        assertThat(agent.get()).isEqualTo("approval.rejected");
    }

    @Test
    void aWordOutlivesARestartAndARaceHasOneWinner() throws Exception {
        String sql = DELETE + " WHERE 3 > 1";
        CompletableFuture<String> first = sends("agent", sql);
        Held held = stage.waiting();
        stage.restart();
        assertThat(first.handle((answer, _) -> String.valueOf(answer)).get()).isNotEqualTo("ok");
        stage.approve(held, ANN);
        CompletableFuture<String> one = sends("agent", sql);
        CompletableFuture<String> two = sends("agent", sql);
        await().atMost(Duration.ofSeconds(20)).until(() -> one.isDone() || two.isDone());
        for (Held again : stage.book().pending()) {
            stage.book().reject(again.id(), ANN, "no");
        }
        assertThat(new String[] {one.get(), two.get()}).containsOnlyOnce("ok");
    }

    @Test
    void psqlWaitsAndRunsAndTriesAgain() throws Exception {
        ExternalProgram psql = ExternalProgram.require("psql");
        String sql = DELETE + " WHERE 4 > 1";
        CompletableFuture<ExternalProgram.Result> waiting = psql(psql, sql);
        stage.approve(stage.waiting(), ANN);
        ExternalProgram.Result done = waiting.get();
        assertThat(done.output()).contains("DELETE 20");
        assertThat(done.errors()).contains("held for a person as apr_");
        stage.refill();
        ExternalProgram.Result late = psql(psql, sql).get();
        assertThat(late.errors()).contains("HINT:").contains("exactly the same statement");
        stage.approve(stage.waiting(), ANN);
        assertThat(psql(psql, sql).get().output()).contains("DELETE 20");
    }

    @Test
    void whoCancelsWhileWaitingIsAnsweredAtOnceAndPeopleCanStillDecide() throws Exception {
        String sql = DELETE + " WHERE 6 > 1";
        try (Connection connection = stage.connect("agent");
                Statement statement = connection.createStatement()) {
            CompletableFuture<String> answer =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return "ok" + statement.execute(sql);
                        } catch (SQLException e) {
                            return e.getSQLState();
                        }
                    });
            Held held = stage.waiting();
            // The order to cancel may come before the wait has begun.
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> {
                        statement.cancel();
                        return answer.isDone();
                    });
            assertThat(answer.get()).isEqualTo("57014");
            stage.approve(held, ANN);
            statement.execute(sql);
        }
        assertThat(stage.rows("customers")).isZero();
    }

    @Test
    void aRehearsalByHandMeasuresTheSame() throws Exception {
        try (OfflineJudge judge = OfflineJudge.open(directory.resolve("holdfast.yaml"), true)) {
            Principal principal = judge.principal("agent", null);
            for (String sql : List.of(DELETE, "TRUNCATE shop.old")) {
                Judged judged = judge.judge(principal, sql);
                MeasuredEffect effect =
                        judge.rehearsal()
                                .rehearse(principal, (Analysis.Understood) judged.analysis(), sql);
                assertThat(effect.rows()).isEqualTo(sql.equals(DELETE) ? 80 : stage.rows("old"));
                assertThat(effect.plan().isEmpty()).isNotEqualTo(sql.equals(DELETE));
            }
        }
        assertThat(stage.rows("customers")).isEqualTo(20);
    }

    /// The program says when it has got so far, and goes on when it is sent a line.
    @Test
    void anOrmWithAPoolWaitsAndTriesAgain() throws Exception {
        ExternalProgram.requirePython("sqlalchemy");
        ExternalProgram.requirePython("psycopg2");
        ProcessBuilder builder =
                new ProcessBuilder(
                        // As the test kit looks for it: modules of the system are not known to
                        // others.
                        Files.isExecutable(Path.of("/usr/bin/python3"))
                                ? "/usr/bin/python3"
                                : "python3",
                        Path.of("src/test/clients/python/held_sqlalchemy.py")
                                .toAbsolutePath()
                                .toString());
        builder.environment().put("PGPASSWORD", ApprovalStage.PASSWORD);
        builder.environment().put("PGPORT", Integer.toString(stage.port()));
        Process program = builder.redirectErrorStream(true).start();
        try (BufferedReader out = program.inputReader();
                BufferedWriter in = program.outputWriter()) {
            String first = out.readLine();
            if (!String.valueOf(first).equals("waiting")) {
                throw new AssertionError(first + out.lines().collect(Collectors.joining("\n")));
            }
            stage.approve(stage.waiting(), ANN);
            goOn(in);
            assertThat(out.readLine()).isEqualTo("deleted 20");
            stage.refill();
            goOn(in);
            stage.approve(stage.waiting(), BOB);
            assertThat(out.readLine()).isEqualTo("deleted 20");
            assertThat(program.waitFor()).isZero();
        } finally {
            program.destroyForcibly();
        }
        assertThat(stage.rows("customers")).isZero();
    }

    private static void goOn(BufferedWriter in) throws IOException {
        in.write("\n");
        in.flush();
    }

    private static CompletableFuture<ExternalProgram.Result> psql(
            ExternalProgram psql, String sql) {
        return CompletableFuture.supplyAsync(() ->
                psql.run(
                        List.of(
                                "-X",
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(stage.port()),
                                "-U",
                                "agent",
                                "-d",
                                "shop",
                                "-c",
                                sql),
                        Map.of("PGPASSWORD", ApprovalStage.PASSWORD),
                        directory,
                        Duration.ofSeconds(60)));
    }
}
