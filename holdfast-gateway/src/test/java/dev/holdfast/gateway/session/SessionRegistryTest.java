package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.gateway.upstream.UpstreamRefusals;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SessionRegistryTest {
    private static final Refusal WHY = UpstreamRefusals.stopping();

    private final SessionRegistry registry = new SessionRegistry();

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
        assertThat(registry.admit(first, "reader", 1)).isPositive();
        assertThat(registry.admit(new EmbeddedChannel(), "reader", 1)).isZero();
        assertThat(registry.admit(new EmbeddedChannel(), "other", 1)).isPositive();
        first.close();
        assertThat(registry.count("reader")).isZero();
        assertThat(registry.admit(new EmbeddedChannel(), "reader", 1)).isPositive();
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
        long id = registry.admit(channel, "reader", 1);
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
        assertThat(registry.admit(new EmbeddedChannel(), "reader", 9)).isZero();
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
        assertThatIllegalStateException().isThrownBy(() -> registry.attach(7, new Asked()));
    }

    private Asked attach(EmbeddedChannel channel, String agent) {
        Asked session = new Asked();
        registry.attach(registry.admit(channel, agent, 9), session);
        return session;
    }
}
