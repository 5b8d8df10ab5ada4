package dev.holdfast.server.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person is shown of a destruction is what it would do, and it does no more than that.
@SideBySide
class QuarantineEffectIT {
    private static @Nullable DisposablePostgres postgres;
    private static @Nullable SqlParser parser;
    private static @Nullable Shop made;

    @BeforeAll
    static void start() throws IOException {
        DisposablePostgres started = DisposablePostgres.start(PostgresVersion.newest());
        Shop.roles(started);
        postgres = started;
        SqlParser parsing = Shop.parser();
        parser = parsing;
        made = new Shop(started, parsing, "shop", Files.createTempDirectory("quarantine"));
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
        if (parser != null) {
            parser.close();
        }
    }

    private static Shop shop() {
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made;
    }

    @Test
    void whatWouldBeGoneIsCountedAndNothingIsChanged() throws Exception {
        DatabaseContents before = contents();
        MeasuredEffect drop = rehearsed("DROP TABLE shop.orders CASCADE");
        long orders = rows("shop.orders");
        assertThat(drop.things()).contains("table shop.orders");
        assertThat(drop.tables()).contains(new TableEffect("shop.orders", 0, 0, orders, orders));
        MeasuredEffect truncate = rehearsed("TRUNCATE shop.lines");
        assertThat(truncate.rows()).isEqualTo(rows("shop.lines")).isPositive();
        MeasuredEffect column = rehearsed("ALTER TABLE shop.lines DROP COLUMN note");
        assertThat(column.tables().getFirst().updated()).isEqualTo(rows("shop.lines"));
        assertThat(contents()).isEqualTo(before);
        assertThat(shop().quarantine.list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRUNCATE shop.lines", "DROP TABLE shop.lines"})
    void moreThanWasApprovedIsNotDestroyed(String sql) throws Exception {
        MeasuredEffect approved = rehearsed(sql);
        execute(
                "INSERT INTO shop.lines VALUES ((SELECT max(id) + 1 FROM shop.lines), 1, NULL, 'more')");
        assertThatThrownBy(() ->
                        shop().quarantine
                                .carryOut(
                                        principal(),
                                        shop().effects(sql),
                                        sql,
                                        new Approval(
                                                "apr_1",
                                                "ann",
                                                Approval.digest(shop().database, sql),
                                                approved)))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("approval.effect-grew");
        assertThat(rows("shop.lines")).isEqualTo(approved.rows() + 1);
    }

    @Test
    void anApprovalIsForOneTextInOneDatabase() throws Exception {
        String sql = "DROP TABLE shop.lines";
        for (String digest :
                List.of(
                        Approval.digest(shop().database, sql + " CASCADE"),
                        Approval.digest("other", sql),
                        "")) {
            assertThatThrownBy(() ->
                            shop().quarantine
                                    .carryOut(
                                            principal(),
                                            shop().effects(sql),
                                            sql,
                                            new Approval(
                                                    "apr_1", "ann", digest, MeasuredEffect.NONE)))
                    .isInstanceOf(ChangeRefusedException.class)
                    .hasMessageContaining("destroy.not-approved");
        }
    }

    /// Others can ask what became of it, or it does not happen.
    @Test
    void whatNobodyCouldAskForLaterIsNotDestroyed() throws Exception {
        String sql = "TRUNCATE shop.lines";
        Approval approval =
                new Approval("apr_1", "ann", Approval.digest(shop().database, sql), rehearsed(sql));
        List<CommitPoint> told = new ArrayList<>();
        Quarantine closed =
                shop().quarantine(
                                shop().clock,
                                (approvals, point) -> {
                                    assertThat(approvals).containsExactly("apr_1");
                                    told.add(point);
                                    throw new ChangeRefusedException(
                                            HoldRefusals.notApproved("apr_1", "closed"));
                                });
        assertThatThrownBy(() -> closed.carryOut(principal(), shop().effects(sql), sql, approval))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("approval.void");
        assertThat(rows("shop.lines")).isEqualTo(approval.effect().rows());
        assertThat(closed.list()).isEmpty();
        CommitPoint point = told.getFirst();
        assertThat(
                        shop().postgres
                                .value(
                                        shop().database,
                                        "SELECT pg_xact_status('%s')"
                                                .formatted(point.transactionId())))
                .isEqualTo("aborted");
        assertThat(
                        shop().postgres
                                .value(
                                        shop().database,
                                        "SELECT system_identifier FROM pg_control_system()"))
                .isEqualTo(point.system());
    }

    private static Principal principal() {
        return new Principal(Shop.AGENT, shop().database, "policy");
    }

    private static MeasuredEffect rehearsed(String sql)
            throws SQLException, ChangeRefusedException {
        return shop().quarantine.rehearse(principal(), shop().effects(sql), sql);
    }

    private static void execute(String sql) {
        shop().postgres.sqlIn(shop().database, sql);
    }

    private static long rows(String table) {
        return Long.parseLong(
                shop().postgres.value(shop().database, "SELECT count(*) FROM " + table));
    }

    private static DatabaseContents contents() {
        return shop().postgres.contents(shop().database);
    }
}
