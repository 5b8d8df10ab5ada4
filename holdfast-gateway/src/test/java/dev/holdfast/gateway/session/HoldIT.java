package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.Format;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is held is rehearsed, waits for people, runs once on their word for exactly that effect, and leaves
/// nothing behind otherwise. Each test looks at the database.
@SideBySide
class HoldIT extends HoldingGateway {
    // ---- simple queries

    @Test
    void aHeldDeleteIsRehearsedWithItsCascadeAndChangesNothing() throws IOException {
        client.query("DELETE FROM customer WHERE id < 4");
        assertThat(((BackendMessage.NoticeResponse) client.read()).fields().message())
                .contains("apr_1");
        BackendMessage.ErrorResponse error = (BackendMessage.ErrorResponse) client.read();
        assertThat(error.fields().hint()).contains("apr_1").contains("exactly the same statement");
        assertThat(client.readUntilReady()).containsExactly("ZI");
        assertThat(asked().rows()).isEqualTo(6);
        assertThat(asked().tables())
                .extracting(table -> table.relation() + " " + table.deleted())
                .containsExactlyInAnyOrder("public.customer 3", "public.note 3");
        assertThat(asked().locks()).anyMatch(lock -> lock.contains("public.note RowExclusiveLock"));
        assertNothingChanged();
    }

    @Test
    void anApprovedDeleteRunsOnTheWire() throws IOException {
        approve();
        assertThat(query("DELETE FROM customer WHERE id < 4")).containsExactly("C DELETE 3", "ZI");
        assertThat(gateway.customers()).isEqualTo(997);
        assertThat(notes()).isEqualTo(997);
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
    }

    @Test
    void theIdenticalStatementUsesWhatWasApprovedMeanwhileAndOnlyOnce() throws IOException {
        query("DELETE FROM customer WHERE id = 7");
        approve();
        assertThat(query("DELETE FROM customer WHERE id = 7")).containsExactly("C DELETE 1", "ZI");
        assertThat(gateway.approvals.asked).hasSize(1);
        gateway.approvals.people = asked -> new Standing.Pending(asked.id(), 0);
        assertThat(query("DELETE FROM customer WHERE id = 7")).contains("E ERROR 42501 hold.test");
        assertThat(gateway.approvals.asked).hasSize(2);
    }

    @Test
    void anotherLiteralIsAnotherStatement() throws IOException {
        query("DELETE FROM customer WHERE id = 7");
        String first = gateway.approvals.asked.getFirst().statement().key();
        gateway.approvals.people =
                asked ->
                        asked.statement().key().equals(first)
                                ? new Standing.Approved(asked.id())
                                : new Standing.Pending(asked.id(), 0);
        assertThat(query("DELETE FROM customer WHERE id = 8")).contains("E ERROR 42501 hold.test");
        assertNothingChanged();
    }

    @Test
    void anEffectThatGrewIsRolledBack() throws IOException {
        query("DELETE FROM customer WHERE id > 990");
        postgres.sqlIn(GatewayFixture.DATABASE, "INSERT INTO customer VALUES (1001, 'late')");
        approve();
        assertThat(query("DELETE FROM customer WHERE id > 990"))
                .containsExactly("E ERROR 42501 approval.effect-grew", "ZI");
        assertThat(gateway.customers()).isEqualTo(1_001);
        assertThat(gateway.approvals.ended).containsExactly("apr_1 GREW");
        postgres.sqlIn(GatewayFixture.DATABASE, "DELETE FROM customer WHERE id = 1001");
    }

    @Test
    void lessThanWasApprovedMayRun() throws IOException {
        query("DELETE FROM customer WHERE id > 990");
        postgres.sqlIn(GatewayFixture.DATABASE, "DELETE FROM customer WHERE id = 1000");
        approve();
        assertThat(query("DELETE FROM customer WHERE id > 990"))
                .containsExactly("C DELETE 9", "ZI");
    }

    @Test
    void whatPeopleAnswerReachesTheAgent() throws IOException {
        gateway.approvals.people =
                asked -> new Standing.Rejected(asked.id(), "ann", "not on a friday");
        assertThat(query("DELETE FROM customer WHERE id = 1"))
                .containsExactly("E ERROR 42501 approval.rejected", "ZI");
        gateway.approvals.people =
                asked -> new Standing.ChangesRequested(asked.id(), "ann", "only those of 2019");
        assertThat(query("DELETE FROM customer WHERE id = 2"))
                .containsExactly("E ERROR 42501 approval.changes-requested", "ZI");
        assertNothingChanged();
    }

    @Test
    void aStatementThatFailsIsNotBroughtBeforePeople() throws IOException {
        assertThat(query("UPDATE customer SET id = 2 WHERE id = 1"))
                .containsExactly("E ERROR 42501 hold.rehearsal-failed", "ZI");
        assertThat(gateway.approvals.asked).isEmpty();
        assertThat(query("SELECT 1")).endsWith("C SELECT 1", "ZI");
    }

    @Test
    void whatALimitForbidsIsNotBroughtBeforePeople() throws IOException {
        gateway.policy = new HoldingPolicy(new RowLimits(5, 0, 0, 0, 0));
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 54000 limit.rows-per-statement", "ZI");
        assertThat(gateway.approvals.asked).isEmpty();
    }

    @Test
    void aHeldReadRunsOnAWordToo() throws IOException {
        assertThat(query("SELECT * FROM closed")).contains("E ERROR 42501 hold.test");
        approve();
        assertThat(query("SELECT * FROM closed")).endsWith("C SELECT 1", "ZI");
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
        assertThat(asked().rows()).isZero();
    }

    @Test
    void whatDestroysIsCarriedOutByHoldfastAndNeverReachesPostgresql() throws IOException {
        assertThat(query("DROP TABLE customer")).contains("E ERROR 42501 hold.test");
        approve();
        assertThat(query("DROP TABLE customer")).containsExactly("C DROP TABLE", "ZI");
        assertThat(client.send(run("DROP TABLE customer")).readUntilReady())
                .contains("C DROP TABLE", "ZI");
        assertThat(gateway.approvals.destroyed)
                .containsExactly("DROP TABLE customer", "DROP TABLE customer");
        assertNothingChanged();
    }

    @Test
    void whatDestroysIsNotCarriedOutWithinATransaction() throws IOException {
        approve();
        query("BEGIN");
        assertThat(query("DROP TABLE customer")).containsExactly("E ERROR 42501 hold.test", "ZE");
        query("ROLLBACK");
        assertThat(gateway.approvals.destroyed).isEmpty();
    }

    // ---- transactions and the extended protocol

    @Test
    void withinATransactionARehearsalLeavesNothingInItsCounts() throws IOException {
        query("BEGIN");
        query("INSERT INTO log VALUES (1)");
        approve();
        assertThat(query("DELETE FROM customer WHERE id < 4")).containsExactly("C DELETE 3", "ZT");
        assertThat(asked().rows()).isEqualTo(6);
        assertThat(query("COMMIT")).containsExactly("C COMMIT", "ZI");
        assertThat(gateway.customers()).isEqualTo(997);
        assertThat(gateway.keeper.kept.getFirst().measured.rows()).isEqualTo(7);
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
    }

    @Test
    void aHeldStatementThatWaitsInVainFailsItsTransaction() throws IOException {
        query("BEGIN");
        query("INSERT INTO log VALUES (1)");
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .contains("E ERROR 42501 hold.test", "ZE");
        assertThat(query("COMMIT")).containsExactly("C ROLLBACK", "ZI");
        assertNothingChanged();
        assertThat(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM log"))
                .isEqualTo("0");
    }

    @Test
    void aTransactionThatIsRolledBackGivesTheWordBack() throws IOException {
        approve();
        query("BEGIN");
        query("DELETE FROM customer WHERE id < 4");
        query("ROLLBACK");
        assertThat(gateway.approvals.ended).containsExactly("apr_1 ROLLED_BACK");
        query("BEGIN");
        assertThat(query("DELETE FROM customer WHERE id < 5")).containsExactly("C DELETE 4", "ZT");
        client.close();
        GatewayFixture.eventually(() ->
                assertThat(gateway.approvals.ended)
                        .containsExactly("apr_1 ROLLED_BACK", "apr_2 ROLLED_BACK"));
        assertNothingChanged();
    }

    @Test
    void parametersArePartOfTheStatement() throws IOException {
        approve();
        assertThat(client.send(run("DELETE FROM customer WHERE id = $1", "7")).readUntilReady())
                .containsExactly("ParseComplete", "BindComplete", "C DELETE 1", "ZI");
        String key = gateway.approvals.asked.getLast().statement().key();
        gateway.approvals.people = asked -> new Standing.Pending(asked.id(), 0);
        client.send(run("DELETE FROM customer WHERE id = $1", "8")).readUntilReady();
        assertThat(gateway.approvals.asked.getLast().statement().key()).isNotEqualTo(key);
        client.send(
                        new Parse("", "DELETE FROM customer WHERE name = $1", List.of()),
                        new Bind(
                                "",
                                "",
                                List.of(),
                                java.util.Collections.singletonList(null),
                                List.of()),
                        new Execute("", 0),
                        new Sync())
                .readUntilReady();
        String ofNull = gateway.approvals.asked.getLast().statement().key();
        client.send(run("DELETE FROM customer WHERE name = $1", "")).readUntilReady();
        assertThat(gateway.approvals.asked.getLast().statement().key()).isNotEqualTo(ofNull);
        assertThat(gateway.customers()).isEqualTo(999);
    }

    // ---- plans

    @Test
    void peopleSeeByWhichPlanItRanAndNoConstantOfIt() throws IOException {
        query("/* why */ DELETE FROM customer WHERE id < 4 AND name <> 'secret' -- so");
        assertThat(asked().plan().getFirst()).startsWith("Delete on customer  (cost=");
        assertThat(String.join("\n", asked().plan()))
                .contains("Index Cond: (id < ?)", "name <> ?::text")
                .doesNotContain("secret");
        client.send(run("UPDATE customer SET name = 'x' WHERE id = $1", "7")).readUntilReady();
        assertThat(asked().plan()).anyMatch(line -> line.contains("Index Cond: (id = ?)"));
        assertNothingChanged();
    }

    @Test
    void aBinaryValueIsPlannedAsItWasBound() throws IOException {
        FrontendMessage[] messages = {
            new Parse("", "DELETE FROM note WHERE customer = $1", List.of(23)),
            new Bind(
                    "",
                    "",
                    List.of(Format.BINARY),
                    List.of(Unpooled.copyInt(5)),
                    List.of(Format.BINARY)),
            new Execute("", 0),
            new Sync()
        };
        query("BEGIN");
        query("INSERT INTO log VALUES (1)");
        approve();
        assertThat(client.send(messages).readUntilReady()).contains("C DELETE 1", "ZT");
        assertThat(asked().plan()).anyMatch(line -> line.contains("Filter: (customer = ?)"));
        assertThat(asked().rows()).isEqualTo(1);
        assertThat(query("COMMIT")).containsExactly("C COMMIT", "ZI");
        assertThat(gateway.keeper.kept.getFirst().measured.rows()).isEqualTo(2);
    }

    @Test
    void whatHasNoPlanIsRehearsedWithout() throws IOException {
        query("DO 'BEGIN DELETE FROM customer WHERE id < 4; END'");
        assertThat(asked().rows()).isEqualTo(6);
        assertThat(asked().plan()).isEmpty();
        assertNothingChanged();
    }

    @Test
    void aDriverWaitsForPeopleAndNeverKnows() throws Exception {
        approve();
        for (boolean autoCommit : List.of(true, false)) {
            try (Connection connection =
                            DriverManager.getConnection(
                                    gateway.jdbcUrl(),
                                    GatewayFixture.AGENT,
                                    GatewayFixture.PASSWORD);
                    PreparedStatement delete =
                            connection.prepareStatement(
                                    "DELETE FROM customer WHERE id = ? OR id = ?")) {
                connection.setAutoCommit(autoCommit);
                delete.setInt(1, autoCommit ? 10 : 20);
                delete.setInt(2, autoCommit ? 11 : 21);
                assertThat(delete.executeUpdate()).isEqualTo(2);
                if (!autoCommit) {
                    connection.commit();
                }
            }
        }
        assertThat(gateway.customers()).isEqualTo(996);
        assertThat(notes()).isEqualTo(996);
    }

    @Test
    void aDriverTriesAgainAfterTheApproval() throws Exception {
        try (Connection connection =
                DriverManager.getConnection(
                        gateway.jdbcUrl(), GatewayFixture.AGENT, GatewayFixture.PASSWORD)) {
            connection.setAutoCommit(false);
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM customer WHERE id = ?")) {
                delete.setInt(1, 30);
                assertThat(catching(delete)).contains("hold").contains("apr_1");
                connection.rollback();
                approve();
                assertThat(delete.executeUpdate()).isEqualTo(1);
                connection.commit();
            }
        }
        assertThat(gateway.approvals.asked).hasSize(1);
        assertThat(gateway.customers()).isEqualTo(999);
    }

    private static String catching(PreparedStatement statement) {
        try {
            statement.executeUpdate();
            return "";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void manyMoreThanMayRunWithoutAPersonAreAskedAboutForTheNextTime() throws IOException {
        gateway.policy = new HoldingPolicy(new RowLimits(0, 0, 0, 0, 2));
        String insert = "INSERT INTO log SELECT generate_series(1, 3)";
        assertThat(query(insert)).containsExactly("E ERROR 42501 hold.rows-over", "ZI");
        assertThat(asked().rows()).isEqualTo(3);
        assertThat(query("INSERT INTO log VALUES (9)")).containsExactly("C INSERT 0 1", "ZI");
        approve();
        assertThat(query(insert)).containsExactly("C INSERT 0 3", "ZI");
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
    }

    @Test
    void whoLeavesWhileWaitingLeavesNothingBehind() throws IOException {
        client.query("DELETE FROM customer WHERE id < 4");
        GatewayFixture.eventually(() -> assertThat(gateway.approvals.asked).hasSize(1));
        assertThat(gateway.registry().endAll(GatewayFixture.AGENT, HoldingPolicy.held()))
                .isEqualTo(1);
        GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
        assertNothingChanged();
    }
}
