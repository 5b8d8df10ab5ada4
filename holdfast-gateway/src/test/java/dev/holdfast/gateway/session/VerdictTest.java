package dev.holdfast.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.sql.analysis.Analysis;
import org.junit.jupiter.api.Test;

/// A verdict is shared by all sessions of an event loop; what was decided for one of them is not.
class VerdictTest {
    private static final Principal ONE = new Principal("one", "shop", "read");
    private static final Principal OTHER = new Principal("other", "shop", "read");

    private final Verdict verdict =
            new Verdict(
                    new Analysis.Malformed("syntax error", 1),
                    "x".getBytes(UTF_8),
                    VerdictTest.class);

    @Test
    void aDecisionHoldsForTheAgentThatItWasTakenFor() {
        Policy policy = (principal, _) -> new Decision.Allow(principal.agent());
        assertThat(verdict.decide(policy, ONE)).isEqualTo(new Decision.Allow("one"));
        assertThat(verdict.decide(policy, OTHER)).isEqualTo(new Decision.Allow("other"));
    }

    @Test
    void aDecisionIsRememberedForItsPolicyAlone() {
        Policy policy = new ReadOnlyPolicy();
        Decision decision = verdict.decide(policy, ONE);
        assertThat(verdict.decide(policy, ONE)).isSameAs(decision);
        assertThat(verdict.decide((_, _) -> new Decision.Allow("other"), ONE))
                .isEqualTo(new Decision.Allow("other"));
    }

    @Test
    void aDecisionThatHangsOnTheMomentIsNotRemembered() {
        Unsteady policy = new Unsteady();

        assertThat(verdict.decide(policy, ONE)).isEqualTo(new Decision.Allow("1"));
        assertThat(verdict.decide(policy, ONE)).isEqualTo(new Decision.Allow("2"));
        assertThat(verdict.allowedBy(policy, ONE))
                .as("the record tells by what it was let run, and asks nobody anew")
                .isEqualTo(new Decision.Allow("2"));
        assertThat(policy.asked).isEqualTo(2);
    }

    private static final class Unsteady implements Policy {
        private int asked;

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            asked++;
            return new Decision.Allow(Integer.toString(asked));
        }

        @Override
        public boolean steady() {
            return false;
        }
    }
}
