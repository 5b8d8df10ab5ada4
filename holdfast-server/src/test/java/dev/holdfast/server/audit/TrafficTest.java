package dev.holdfast.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private Instant now = Instant.parse("2026-11-26T18:00:00Z");
    private final Traffic traffic = new Traffic(() -> now);

    private static AuditEntry entry(long session, String outcome, long count) {
        return new AuditEntry(
                0, session, "agent", "shop", "SELECT ?", "", "", outcome, "00000", 0, 1, count);
    }

    private void count(int times, String outcome) {
        for (int i = 0; i < times; i++) {
            traffic.count(entry(7, outcome, 1));
        }
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void nothingIsNothing() {
        assertThat(traffic.statementsPerSecond()).isZero();
        assertThat(traffic.refused()).isZero();
    }

    @Test
    void statementsOfTheLastTenSecondsAreAveraged() {
        count(30, "ok");
        pass(Duration.ofSeconds(1));
        count(10, "error");
        assertThat(traffic.statementsPerSecond()).isEqualTo(3);
        pass(Duration.ofSeconds(9));
        assertThat(traffic.statementsPerSecond()).isEqualTo(4);
        pass(Duration.ofSeconds(1));
        assertThat(traffic.statementsPerSecond()).isEqualTo(1);
        pass(Duration.ofSeconds(1));
        assertThat(traffic.statementsPerSecond()).isZero();
    }

    @Test
    void refusalsAreCountedForAnHour() {
        count(2, "refused");
        pass(Duration.ofMinutes(59));
        traffic.count(entry(7, "refused", 5));
        assertThat(traffic.refused()).isEqualTo(7);
        pass(Duration.ofMinutes(1));
        assertThat(traffic.refused()).isEqualTo(5);
        pass(Duration.ofHours(1));
        assertThat(traffic.refused()).isZero();
    }

    @Test
    void whatPeopleDidAndWhatWasSkippedIsNoStatement() {
        traffic.count(entry(0, "refused", 1));
        traffic.count(entry(7, "skipped", 12));
        pass(Duration.ofSeconds(1));
        assertThat(traffic.statementsPerSecond()).isZero();
        assertThat(traffic.refused()).isZero();
    }

    @Test
    void aSecondOfAnHourAgoIsNotMixedWithThisOne() {
        count(40, "refused");
        pass(Duration.ofHours(1));
        count(20, "ok");
        pass(Duration.ofSeconds(1));
        assertThat(traffic.statementsPerSecond()).isEqualTo(2);
        assertThat(traffic.refused()).isZero();
    }

    @Test
    void aClockThatIsSetBackShowsNothingOfTheFuture() {
        count(40, "refused");
        pass(Duration.ofMinutes(-5));
        assertThat(traffic.refused()).isZero();
        count(1, "refused");
        assertThat(traffic.refused()).isEqualTo(1);
    }
}
