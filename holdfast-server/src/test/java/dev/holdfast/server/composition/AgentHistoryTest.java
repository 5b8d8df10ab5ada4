package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.testkit.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgentHistoryTest {
    private final FakeClock clock = new FakeClock();
    private final AgentHistory history = new AgentHistory(new Accepting(), clock);

    @Test
    void countsWhatAnAgentDidWithinAMinute() {
        record("one", "ok");
        record("one", "refused");
        record("other", "ok");
        clock.advance(Duration.ofSeconds(59));
        record("one", "error");

        assertThat(history.statementsLastMinute("one")).isEqualTo(3);
        assertThat(history.refusalsLastMinute("one")).isEqualTo(1);
        assertThat(history.statementsLastMinute("other")).isEqualTo(1);
        assertThat(history.statementsLastMinute("nobody")).isZero();

        clock.advance(Duration.ofSeconds(1));
        assertThat(history.statementsLastMinute("one")).isEqualTo(1);
        assertThat(history.refusalsLastMinute("one")).isZero();
    }

    @Test
    void forgetsWhatIsOneRoundOfTheRingAgo() {
        record("one", "ok");
        clock.advance(Duration.ofSeconds(60));
        record("one", "ok");

        assertThat(history.statementsLastMinute("one")).isEqualTo(1);
    }

    private void record(String agent, String outcome) {
        assertThat(
                        history.record(
                                new AuditEntry(
                                        0, 1, agent, "shop", "", "allow", "r", outcome, "00000", 0,
                                        0)))
                .isTrue();
    }

    private static final class Accepting implements AuditLog {
        @Override
        public boolean record(AuditEntry entry) {
            return true;
        }

        @Override
        public boolean recordDurably(AuditEntry entry) {
            return true;
        }

        @Override
        public boolean available() {
            return true;
        }
    }
}
