package dev.holdfast.server.fault;

import dev.holdfast.server.fault.KillPoint.Moment;
import dev.holdfast.server.fault.WireRelay.Passage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Watches both sides of the gateway for the step at which somebody is to be killed, and sees to it once.
final class KillSwitch {
    private static final Pattern MARK = Pattern.compile("/\\* (\\d+) \\*/|VALUES \\((\\d+), '");

    private final String agentRole;

    /// Kills; takes the victim and the process of PostgreSQL that serves the connection.
    private final ObjIntConsumer<KillPoint.Victim> killing;

    private final CommitWatch commits;
    private volatile @Nullable Armed armed;

    /// Told of each COMMIT before PostgreSQL is.
    @FunctionalInterface
    interface CommitWatch {
        void committing(Set<Long> marks);
    }

    /// @param remaining how often the step is passed before it counts
    private record Armed(KillPoint point, AtomicInteger remaining, CountDownLatch fired) {
        /// Whether this is the time at which it counts; true once.
        boolean isNow() {
            return remaining.getAndDecrement() == 0;
        }
    }

    /// Marks of the transaction that is open on a connection.
    private final Map<RelayedConnection, Set<Long>> open = new ConcurrentHashMap<>();

    KillSwitch(String agentRole, ObjIntConsumer<KillPoint.Victim> killing, CommitWatch commits) {
        this.agentRole = agentRole;
        this.killing = killing;
        this.commits = commits;
    }

    /// Waits for the point from now on.
    void arm(KillPoint point) {
        armed = new Armed(point, new AtomicInteger(point.occurrence()), new CountDownLatch(1));
    }

    /// Whether it has been met, and the victim is dead.
    boolean awaitFired(long millisMax) {
        Armed current = armed;
        if (current == null) {
            return false;
        }
        try {
            return current.fired.await(millisMax, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Whether agents need not go on: it has been met, or nothing is waited for.
    boolean isOver() {
        Armed current = armed;
        return current == null || current.fired.getCount() == 0;
    }

    void disarm() {
        armed = null;
    }

    /// What is done between the gateway and PostgreSQL.
    WireRelay.Tap upstream() {
        return new WireRelay.Tap() {
            @Override
            public Passage request(RelayedConnection connection, String text) {
                boolean agent = connection.user().equals(agentRole);
                note(connection, text, agent);
                return passage(connection, step -> step.isIt(text, agent), false);
            }

            @Override
            public Passage answer(RelayedConnection connection, String text, boolean succeeded) {
                boolean agent = connection.user().equals(agentRole);
                return succeeded
                        ? passage(connection, step -> step.isIt(text, agent), true)
                        : Passage.ON;
            }
        };
    }

    /// What is done between the client and the gateway.
    WireRelay.Tap client() {
        return new WireRelay.Tap() {
            @Override
            public Passage request(RelayedConnection connection, String text) {
                return passage(
                        connection,
                        step -> step == Step.DECIDE && Step.isWorkloadWrite(text),
                        false);
            }

            @Override
            public Passage answer(RelayedConnection connection, String text, boolean succeeded) {
                boolean ends = text.equals("COMMIT") || text.contains("'alone'");
                return succeeded && ends ? answered() : Passage.ON;
            }
        };
    }

    /// The file of a step was seen.
    void file(Step step) {
        Armed current = armed;
        if (current != null && current.point.step() == step && current.isNow()) {
            strike(current, 0);
        }
    }

    private void note(RelayedConnection connection, String text, boolean agent) {
        if (!agent) {
            return;
        }
        Set<Long> marks = open.computeIfAbsent(connection, _ -> ConcurrentHashMap.newKeySet());
        if (Step.isWorkloadWrite(text)) {
            marks.addAll(marks(text));
        }
        if (Step.COMMIT.isIt(text, true) && !marks.isEmpty()) {
            commits.committing(Set.copyOf(marks));
            marks.clear();
        }
        if (text.equals("ROLLBACK")) {
            marks.clear();
        }
    }

    /// The numbers of the transactions that a text bears.
    static Set<Long> marks(String text) {
        Set<Long> found = ConcurrentHashMap.newKeySet();
        Matcher matcher = MARK.matcher(text);
        while (matcher.find()) {
            @Nullable String number =
                    matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            if (number != null) {
                found.add(Long.parseLong(number));
            }
        }
        return found;
    }

    private Passage passage(RelayedConnection connection, Predicate<Step> isIt, boolean answer) {
        Armed current = armed;
        if (current == null
                || current.point.step() == Step.ANSWER
                || answer != (current.point.moment() == Moment.DONE)
                || !isIt.test(current.point.step())
                || !current.isNow()) {
            return Passage.ON;
        }
        int halves =
                switch (current.point.moment()) {
                    case BEFORE, DONE -> 0;
                    case HALFWAY -> 1;
                    case SENT -> 2;
                };
        return new Passage.Strike(halves, () -> strike(current, connection.backend()));
    }

    /// The answer to the agent is the message of the last step: what was done is done.
    private Passage answered() {
        Armed current = armed;
        if (current == null || current.point.step() != Step.ANSWER || !current.isNow()) {
            return Passage.ON;
        }
        int halves =
                switch (current.point.moment()) {
                    case BEFORE -> 0;
                    case HALFWAY -> 1;
                    case SENT, DONE -> 2;
                };
        return new Passage.Strike(halves, () -> strike(current, 0));
    }

    private void strike(Armed current, int backend) {
        killing.accept(current.point.victim(), backend);
        current.fired.countDown();
    }
}
