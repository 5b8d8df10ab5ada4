package dev.holdfast.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import org.junit.jupiter.api.Test;

class EntryRingTest {
    private static final int CAPACITY = 1_024;

    private final EntryRing ring = new EntryRing(CAPACITY, 1_000_000);

    private static AuditEntry entry(String agent, int characters) {
        return new AuditEntry(
                0,
                1,
                agent,
                "shop",
                "x".repeat(characters),
                "deny",
                "r",
                "refused",
                "42501",
                -1,
                1);
    }

    /// Offers until there is no more room.
    private int flood(String agent, int characters) {
        int entries = 0;
        while (ring.offer(entry(agent, characters))) {
            entries++;
        }
        return entries;
    }

    @Test
    void oneAgentGetsHalfOfTheEntries() {
        assertThat(flood("loud", 1)).isEqualTo(CAPACITY / 2);
        assertThat(ring.offer(entry("quiet", 1))).isTrue();
    }

    @Test
    void oneAgentGetsHalfOfTheCharacters() {
        assertThat(flood("loud", 10_000)).isEqualTo(50);
        assertThat(ring.offer(entry("quiet", 10_000))).isTrue();
    }

    @Test
    void whoeverComesNextFindsRoomHoweverManyFlood() {
        for (int agent = 0; agent < 6; agent++) {
            assertThat(flood("loud" + agent, 1)).isPositive();
        }
        assertThat(ring.offer(entry("quiet", 1))).isTrue();
    }

    @Test
    void entriesThatAreWrittenMakeRoom() {
        flood("loud", 1);
        for (int i = 0; i < 10; i++) {
            assertThat(ring.poll()).isNotNull();
        }
        assertThat(flood("loud", 1)).isPositive();
        while (ring.poll() != null) {
            // Until it is empty.
        }
        assertThat(ring.size()).isZero();
        assertThat(flood("loud", 1)).isEqualTo(CAPACITY / 2);
    }

    @Test
    void tellsThatAnAgentDoesNotKeepUpBeforeItsRoomIsUsedUp() {
        int entries = 0;
        while (ring.keepsUp("loud")) {
            assertThat(ring.offer(entry("loud", 1))).isTrue();
            entries++;
        }
        assertThat(entries).isBetween(CAPACITY / 4, CAPACITY / 2 - 1);
        assertThat(ring.keepsUp("quiet")).isTrue();
        while (ring.poll() != null) {
            // Until it is empty.
        }
        assertThat(ring.keepsUp("loud")).isTrue();
    }

    @Test
    void manyThreadsLoseNothingAndLeaveNothingBehind() throws InterruptedException {
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            String agent = "agent" + i % 2;
            threads[i] =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int n = 0; n < 20_000; n++) {
                                    while (!ring.offer(entry(agent, 3))) {
                                        Thread.onSpinWait();
                                    }
                                }
                            });
        }
        int polled = 0;
        while (polled < 80_000) {
            if (ring.poll() != null) {
                polled++;
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(ring.poll()).isNull();
        assertThat(flood("agent0", 1)).isEqualTo(CAPACITY / 2);
    }
}
