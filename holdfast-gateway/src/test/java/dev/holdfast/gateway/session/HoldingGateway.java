package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.testkit.DisposablePostgres;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// A gateway whose policy holds nearly everything, and a database that each test leaves as it was.
abstract class HoldingGateway {
    static DisposablePostgres postgres;
    static GatewayFixture gateway;
    RawClient client;

    /// Holds everything that the read-only policy denies, and reads of `closed`.
    record HoldingPolicy(RowLimits limits) implements Policy {
        private static final Policy READ_ONLY = new ReadOnlyPolicy();

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            if (!(analysis instanceof Analysis.Understood understood)) {
                return READ_ONLY.decide(principal, analysis);
            }
            StatementEffects first = understood.statements().getFirst();
            Obligations owed = new Obligations(true, 0, 0, 0, limits, false);
            if (first.command().equals("DROP TABLE")) {
                return new Decision.Hold(held(), Decision.Hold.Kind.DESTROY, Obligations.NONE);
            }
            if (first.relations().contains("closed")) {
                return new Decision.Hold(held(), Decision.Hold.Kind.READ, Obligations.NONE);
            }
            if (first.command().equals("SET")) {
                return new Decision.Allow("test.set", Obligations.NONE);
            }
            if (first.command().equals("INSERT")) {
                return new Decision.Allow("test.insert", owed);
            }
            return READ_ONLY.decide(principal, analysis) instanceof Decision.Deny
                    ? new Decision.Hold(held(), Decision.Hold.Kind.ROWS, owed)
                    : READ_ONLY.decide(principal, analysis);
        }

        static Refusal held() {
            return new Refusal(
                    ErrorCode.INSUFFICIENT_PRIVILEGE,
                    "hold.test",
                    "it waits for a person",
                    "Rule hold.test.",
                    "Ask.");
        }

        @Override
        public boolean grantsWrites(Principal principal) {
            return true;
        }

        @Override
        public Set<String> settings() {
            return Set.of("app.tenant", "work_mem");
        }
    }

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                CREATE TABLE note (id int PRIMARY KEY,
                  customer int NOT NULL REFERENCES customer ON DELETE CASCADE);
                INSERT INTO note SELECT n, n FROM generate_series(1, 1000) n;
                CREATE TABLE closed (id int PRIMARY KEY);
                INSERT INTO closed VALUES (1);
                CREATE TABLE log (id int PRIMARY KEY);
                GRANT ALL ON note, closed, log TO PUBLIC;
                """);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        gateway.keeper.reset();
        gateway.approvals.reset();
        gateway.policy = new HoldingPolicy(RowLimits.NONE);
        gateway.copies = RehearsalCopies.NONE;
        client = gateway.login();
    }

    @AfterEach
    void leave() throws IOException {
        client.close();
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 1000) n
                  ON CONFLICT (id) DO NOTHING;
                INSERT INTO note SELECT n, n FROM generate_series(1, 1000) n
                  ON CONFLICT (id) DO NOTHING;
                TRUNCATE log;
                """);
    }

    static void approve() {
        gateway.approvals.people = asked -> new Standing.Approved(asked.id());
    }

    static MeasuredEffect asked() {
        return gateway.approvals.asked.getLast().effect();
    }

    static long notes() {
        return Long.parseLong(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM note"));
    }

    List<String> query(String sql) throws IOException {
        return client.query(sql).readUntilReady();
    }

    static FrontendMessage[] run(String sql, String... values) {
        List<@Nullable ByteBuf> parameters = new ArrayList<>();
        for (String value : values) {
            parameters.add(Unpooled.copiedBuffer(value, StandardCharsets.UTF_8));
        }
        return new FrontendMessage[] {
            new Parse("", sql, List.of()),
            new Bind("", "", List.of(), parameters, List.of()),
            new Execute("", 0),
            new Sync()
        };
    }

    static void assertNothingChanged() {
        assertThat(gateway.customers()).isEqualTo(1_000);
        assertThat(notes()).isEqualTo(1_000);
        assertThat(gateway.keeper.kept).noneMatch(kept -> kept.outcome.equals("committed"));
    }
}
