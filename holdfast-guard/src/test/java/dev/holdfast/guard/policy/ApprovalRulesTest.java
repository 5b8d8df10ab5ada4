package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.policy.ApprovalRules.Automatic;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApprovalRulesTest {
    private static final ApprovalRules RULES =
            new ApprovalRules(
                    Set.of("ann"),
                    Set.of(Holds.Kind.DESTROY),
                    100,
                    List.of(
                            new Automatic(List.of(RelationPattern.of("shop.tmp_*")), 10),
                            new Automatic(List.of(RelationPattern.of("shop.log")), 1_000)));

    @Test
    void twoAreNeededForWhatDestroysAndForMany() {
        assertThat(RULES.peopleNeeded(true, 1)).isEqualTo(2);
        assertThat(RULES.peopleNeeded(false, 100)).isEqualTo(1);
        assertThat(RULES.peopleNeeded(false, 101)).isEqualTo(2);
        assertThat(ApprovalRules.DEFAULT.peopleNeeded(true, 0)).isEqualTo(2);
        assertThat(ApprovalRules.DEFAULT.peopleNeeded(false, 1_000_000)).isEqualTo(1);
    }

    @Test
    void whoIsNamedMayApproveAndNobodyElse() {
        assertThat(RULES.mayApprove("ann")).isTrue();
        assertThat(RULES.mayApprove("bob")).isFalse();
        assertThat(ApprovalRules.DEFAULT.mayApprove("bob")).isTrue();
    }

    @Test
    void onlyTheNamedTablesAndSoManyRowsNeedNobody() {
        assertThat(RULES.isAutomatic(List.of("shop.tmp_a", "shop.tmp_b"), 10)).isTrue();
        assertThat(RULES.isAutomatic(List.of("shop.tmp_a"), 11)).isFalse();
        assertThat(RULES.isAutomatic(List.of("shop.tmp_a", "shop.orders"), 2)).isFalse();
        // No rule covers both, though each has one.
        assertThat(RULES.isAutomatic(List.of("shop.tmp_a", "shop.log"), 2)).isFalse();
        assertThat(RULES.isAutomatic(List.of(), 0)).isFalse();
        assertThat(RULES.isAutomatic(List.of("other.tmp_a"), 1)).isFalse();
        assertThatThrownBy(() -> new Automatic(List.of(RelationPattern.of("a.b")), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
