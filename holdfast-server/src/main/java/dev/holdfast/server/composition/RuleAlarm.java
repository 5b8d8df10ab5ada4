package dev.holdfast.server.composition;

import dev.holdfast.guard.policy.RuleSurroundings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells of rules that could not be evaluated: each one is counted, one in ten seconds is logged.
final class RuleAlarm implements RuleSurroundings.Alarm {
    private static final Logger LOGGER = LoggerFactory.getLogger(RuleAlarm.class);
    private static final long PAUSE_MILLIS = Duration.ofSeconds(10).toMillis();

    private final InstantSource clock;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong loggedAtMillis = new AtomicLong();

    RuleAlarm(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void ruleFailed(String policy, String rule, String reason) {
        failures.incrementAndGet();
        long now = clock.millis();
        long before = loggedAtMillis.get();
        if (now - before >= PAUSE_MILLIS && loggedAtMillis.compareAndSet(before, now)) {
            LOGGER.error(
                    "policy {}: rule {} cannot be evaluated, so its statements are refused: {}",
                    policy,
                    rule,
                    reason);
        }
    }

    /// How often a rule could not be evaluated.
    long failures() {
        return failures.get();
    }
}
