package dev.holdfast.server.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.sql.analysis.Analysis;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MaskedSamplesTest {
    private static final Principal AGENT = new Principal("agent", "shop", "writers");

    /// Closes every `email`.
    private static final Policy POLICY =
            new Policy() {
                @Override
                public Decision decide(Principal principal, Analysis analysis) {
                    throw new IllegalStateException("nothing is decided here");
                }

                @Override
                public boolean closesColumn(Principal principal, String relation, String column) {
                    return column.equals("email");
                }
            };

    private static List<@Nullable String> row(@Nullable String... values) {
        return Arrays.asList(values);
    }

    private static RowSample masked(List<@Nullable String> before, List<@Nullable String> after) {
        RowSample sample = new RowSample("shop.a", List.of("id", "email"), before, after);
        return MaskedSamples.of(AGENT, POLICY, MeasuredEffect.NONE.withSamples(List.of(sample)))
                .samples()
                .getFirst();
    }

    @Test
    void closedValuesAreMaskedAndOthersAreNot() {
        assertThat(masked(row("1", "a@b"), row()).before()).containsExactly("1", "•••");
        assertThat(masked(row("1", "a@b"), row()).after()).isEmpty();
        assertThat(masked(row(), row("1", "a@b")).after()).containsExactly("1", "•••");
        assertThat(masked(row("1", null), row()).before()).containsExactly("1", "•••");
    }

    @Test
    void whetherAClosedValueChangesIsToldAndNothingElse() {
        RowSample changed = masked(row("1", "a@b"), row("2", "c@d"));
        assertThat(changed.before()).containsExactly("1", "•••");
        assertThat(changed.after()).containsExactly("2", "••• changed");
        assertThat(masked(row("1", "a@b"), row("2", "a@b")).after()).containsExactly("2", "•••");
        assertThat(masked(row("1", null), row("2", "a@b")).after())
                .containsExactly("2", "••• changed");
    }
}
