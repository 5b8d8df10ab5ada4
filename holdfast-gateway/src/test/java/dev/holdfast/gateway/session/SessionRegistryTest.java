package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.gateway.upstream.UpstreamRefusals;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SessionRegistryTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Refusal WHY = UpstreamRefusals.stopping();

    private static final SessionFacts.Activity RUNNING =
            new SessionFacts.Activity(SessionFacts.State.ACTIVE, "SELECT $1");

    private final SessionRegistry registry = new SessionRegistry(InstantSource.fixed(NOW));

    /// Notes what it was asked.
    private record Asked(List<String> questions) implements LiveSession {
        private Asked() {
            this(new ArrayList<>());
        }

        @Override
        public Principal principal() {
            return new Principal("reader", "shop", "read-only");
        }

        @Override
        public void end(Refusal why) {
            questions.add("end");
        }

        @Override
        public void endWhenIdle(Refusal why) {
            questions.add("endWhenIdle");
        }
    }

    @Test
    void keepsAnAgentWithinItsLimitAndFreesThePlaceWhenTheChannelCloses() {
        EmbeddedChannel first = new EmbeddedChannel();
        assertThat(registry.admit(first, principal("reader"), 1)).isPositive();
        assertThat(registry.admit(new EmbeddedChannel(), principal("reader"), 1)).isZero();
        assertThat(registry.admit(new EmbeddedChannel(), principal("other"), 1)).isPositive();
        first.close();
        assertThat(registry.count("reader")).isZero();
        assertThat(registry.admit(new EmbeddedChannel(), principal("reader"), 1)).isPositive();
    }

    @Test
    void endsTheSessionsOfOneAgentOnly() {
        EmbeddedChannel channel = new EmbeddedChannel();
        EmbeddedChannel otherChannel = new EmbeddedChannel();
        Asked session = attach(channel, "reader");
        Asked other = attach(otherChannel, "other");
        assertThat(registry.endAll("reader", WHY)).isEqualTo(1);
        channel.runPendingTasks();
        otherChannel.runPendingTasks();
        assertThat(session.questions).containsExactly("end");
        assertThat(other.questions).isEmpty();
    }

    @Test
    void closesASessionThatHasNotBegun() {
        EmbeddedChannel channel = new EmbeddedChannel();
        long id = registry.admit(channel, principal("reader"), 1);
        assertThat(registry.end(id, WHY)).isTrue();
        assertThat(channel.isOpen()).isFalse();
        assertThat(registry.end(id, WHY)).isFalse();
    }

    @Test
    void admitsNobodyWhileDrainingAndIsDoneWhenTheLastIsGone() {
        EmbeddedChannel channel = new EmbeddedChannel();
        Asked session = attach(channel, "reader");
        CompletableFuture<?> drained = registry.drain(Duration.ofMinutes(1), WHY);
        channel.runPendingTasks();
        assertThat(session.questions).containsExactly("endWhenIdle");
        assertThat(registry.admit(new EmbeddedChannel(), principal("reader"), 9)).isZero();
        assertThat(drained).isNotDone();
        channel.close();
        assertThat(drained).isDone();
    }

    @Test
    void drainsAtOnceWhereThereIsNothing() {
        assertThat(registry.drain(Duration.ofMinutes(1), WHY)).isDone();
    }

    @Test
    void refusesASessionThatWasNeverAdmitted() {
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.attach(7, new Asked(), () -> RUNNING));
    }

    @Test
    void endsTheSessionsOfOneGrantAndLeavesTheSameAgentsOthers() {
        EmbeddedChannel granted = new EmbeddedChannel();
        EmbeddedChannel plain = new EmbeddedChannel();
        Asked session = new Asked();
        Principal principal = new Principal("reader", "shop", "grant:gr_1", "gr_1");
        registry.attach(registry.admit(granted, principal, 9), session, () -> RUNNING);
        Asked other = attach(plain, "reader");
        assertThat(registry.endAll(each -> each.grant().equals("gr_1"), WHY)).isEqualTo(1);
        granted.runPendingTasks();
        plain.runPendingTasks();
        assertThat(session.questions).containsExactly("end");
        assertThat(other.questions).isEmpty();
    }

    @Test
    void listsWhoIsThereAndWhatRunsAndDoesNotWaitForWhoDoesNotAnswer() {
        EmbeddedChannel answers = new EmbeddedChannel();
        EmbeddedChannel silent = new EmbeddedChannel();
        attach(answers, "reader");
        registry.admit(silent, principal("other"), 9);
        CompletableFuture<List<SessionFacts>> listed = registry.list(Duration.ofMillis(300));
        answers.runPendingTasks();
        assertThat(listed.join())
                .containsExactly(
                        new SessionFacts(1, principal("reader"), NOW.toEpochMilli(), RUNNING),
                        new SessionFacts(
                                2,
                                principal("other"),
                                NOW.toEpochMilli(),
                                SessionFacts.Activity.UNKNOWN));
    }

    private static Principal principal(String agent) {
        return new Principal(agent, "shop", "read-only");
    }

    private Asked attach(EmbeddedChannel channel, String agent) {
        Asked session = new Asked();
        registry.attach(registry.admit(channel, principal(agent), 9), session, () -> RUNNING);
        return session;
    }
}
