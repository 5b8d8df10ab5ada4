package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NameBudgetTest {
    private final NameBudget budget = new NameBudget(1_200);

    private static long fill(NameBudget.Share share) {
        long held = 0;
        while (share.fits(10)) {
            share.add(10);
            held += 10;
        }
        return held;
    }

    @Test
    void oneAgentGetsHalfWhateverTheNumberOfItsSessions() {
        NameBudget.Share share = budget.enter("loud");
        assertThat(budget.enter("loud")).isSameAs(share);
        assertThat(fill(share)).isEqualTo(600);
    }

    @Test
    void whoeverComesNextFindsRoom() {
        for (int agent = 0; agent < 5; agent++) {
            assertThat(fill(budget.enter("loud" + agent))).isPositive();
        }
        assertThat(budget.enter("quiet").fits(10)).isTrue();
    }

    @Test
    void whatIsGivenBackIsFreeForAll() {
        NameBudget.Share loud = budget.enter("loud");
        long held = fill(loud);
        loud.add(-held);
        loud.leave();
        assertThat(budget.used()).isZero();
        assertThat(fill(budget.enter("other"))).isEqualTo(600);
    }

    @Test
    void anAgentIsForgottenWithItsLastSession() {
        NameBudget.Share share = budget.enter("agent");
        budget.enter("agent").leave();
        assertThat(budget.enter("agent")).isSameAs(share);
        share.leave();
        share.leave();
        assertThat(budget.enter("agent")).isNotSameAs(share);
    }
}
