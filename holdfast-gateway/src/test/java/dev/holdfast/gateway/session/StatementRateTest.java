package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StatementRateTest {
    private final StatementRate rate = new StatementRate();

    @Test
    void takesUpToTheLimitWithinAMinute() {
        assertThat(rate.take(3, 3, 100)).isZero();
        assertThat(rate.take(1, 3, 100)).isEqualTo(61);
        assertThat(rate.take(1, 3, 159)).isEqualTo(2);
        assertThat(rate.take(1, 3, 160)).isEqualTo(1);
        assertThat(rate.take(1, 3, 161)).isZero();
    }

    @Test
    void tellsTheWaitAfterWhichThereIsRoomForAll() {
        rate.take(2, 4, 0);
        rate.take(2, 4, 10);
        assertThat(rate.take(1, 4, 20)).isEqualTo(41);
        assertThat(rate.take(3, 4, 20)).isEqualTo(51);
        assertThat(rate.take(3, 4, 71)).isZero();
    }

    @Test
    void aClockThatStartsBelowZeroIsAsGood() {
        assertThat(rate.take(1, 1, -40)).isZero();
        assertThat(rate.take(1, 1, -1)).isEqualTo(22);
        assertThat(rate.take(1, 1, 21)).isZero();
    }

    @Test
    void aLongPauseForgetsEverything() {
        rate.take(5, 5, 0);
        assertThat(rate.take(5, 5, 1_000_000_000)).isZero();
    }

    /// Against an exact list of times.
    @Test
    void neverLetsMoreThanTheLimitIntoAnySixtySeconds() {
        Random random = new Random(7);
        Deque<Long> taken = new ArrayDeque<>();
        long now = 0;
        for (int round = 0; round < 20_000; round++) {
            now += random.nextInt(10) == 0 ? random.nextInt(5) : 0;
            while (!taken.isEmpty() && taken.getFirst() <= now - 60) {
                taken.removeFirst();
            }
            int wait = rate.take(1, 40, now);
            if (wait == 0) {
                taken.addLast(now);
            } else {
                assertThat(wait).isBetween(1, 61);
            }
            assertThat(taken).hasSizeLessThanOrEqualTo(40);
        }
    }

    @Test
    void countsFromManyThreads() throws InterruptedException {
        AtomicInteger let = new AtomicInteger();
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int n = 0; n < 1_000; n++) {
                                    if (rate.take(1, 1_500, 5) == 0) {
                                        let.incrementAndGet();
                                    }
                                }
                            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(let).hasValue(1_500);
    }
}
