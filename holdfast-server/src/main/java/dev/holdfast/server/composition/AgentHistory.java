package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.policy.RuleSurroundings;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What agents did within the last minute: counts the entries on their way into the record. Refusals that
/// the gateway gathers are counted when they are written, up to a second late.
final class AgentHistory implements AuditLog, RuleSurroundings.History {
    private static final int SECONDS = 60;

    private final AuditLog log;
    private final InstantSource clock;
    private final Map<String, Minute> agents = new ConcurrentHashMap<>();

    AgentHistory(AuditLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    @Override
    public boolean record(AuditEntry entry) {
        count(entry);
        return log.record(entry);
    }

    @Override
    public boolean recordDurably(AuditEntry entry) {
        count(entry);
        return log.recordDurably(entry);
    }

    private void count(AuditEntry entry) {
        agents.computeIfAbsent(entry.agent(), _ -> new Minute())
                .count(second(), entry.count(), entry.outcome().equals("refused"));
    }

    @Override
    public boolean available() {
        return log.available();
    }

    @Override
    public long statementsLastMinute(String agent) {
        Minute minute = agents.get(agent);
        return minute == null ? 0 : minute.statements(second());
    }

    @Override
    public long refusalsLastMinute(String agent) {
        Minute minute = agents.get(agent);
        return minute == null ? 0 : minute.refusals(second());
    }

    private long second() {
        return clock.millis() / 1_000;
    }

    /// Counts by second, in a ring.
    private static final class Minute {
        private final long[] seconds = new long[SECONDS];
        private final long[] statements = new long[SECONDS];
        private final long[] refusals = new long[SECONDS];

        synchronized void count(long second, long count, boolean refused) {
            int at = Math.floorMod(second, SECONDS);
            if (seconds[at] != second) {
                seconds[at] = second;
                statements[at] = 0;
                refusals[at] = 0;
            }
            statements[at] += count;
            refusals[at] += refused ? count : 0;
        }

        synchronized long statements(long now) {
            return sum(statements, now);
        }

        synchronized long refusals(long now) {
            return sum(refusals, now);
        }

        private long sum(long[] counts, long now) {
            long sum = 0;
            for (int at = 0; at < SECONDS; at++) {
                if (seconds[at] > now - SECONDS) {
                    sum += counts[at];
                }
            }
            return sum;
        }
    }
}
