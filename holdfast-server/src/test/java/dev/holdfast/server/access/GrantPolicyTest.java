package dev.holdfast.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.policy.ApprovalRules;
import dev.holdfast.guard.policy.ColumnPattern;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.Limits;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.RelationPattern;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A grant is no way round the policy of its agent.
class GrantPolicyTest {
    /// What a grant says itself; everything else is the agent's own, whatever a policy comes to say besides.
    private static final Set<String> OF_THE_GRANT = Set.of("name", "read", "write", "limits");

    private static final PolicyDefinition OWN =
            new PolicyDefinition(
                    "agents",
                    Mode.ENFORCE,
                    List.of(),
                    List.of(),
                    List.of(ColumnPattern.of("shop.customers.email")),
                    List.of(
                            new Restriction(
                                    List.of(RelationPattern.of("shop.vault")),
                                    Restriction.Access.DENY)),
                    new Holds(Set.of(Holds.Kind.DESTROY), true, true, 10),
                    Limits.NONE,
                    Set.of("shop.named"),
                    Set.of("work_mem"),
                    List.of(),
                    new ApprovalRules(Set.of("ann"), Set.of(Holds.Kind.WRITE), 5, List.of()));

    @Test
    void whatTheAgentsPolicySaysBesidesTablesHoldsUnderAGrantToo() throws Exception {
        Grant grant =
                new Grant(
                        "gr_1",
                        "agent",
                        "shop",
                        "task",
                        "why",
                        GrantTerms.of(List.of("shop.*"), List.of("delete"), 100),
                        "",
                        Grant.State.ACTIVE,
                        0,
                        "otto",
                        1,
                        1,
                        0,
                        "",
                        "");
        PolicyDefinition under = GrantPolicy.under(OWN, grant);
        PolicyDefinition usual = PolicyDefinition.named("usual");
        for (RecordComponent component : PolicyDefinition.class.getRecordComponents()) {
            String name = component.getName();
            Object own = component.getAccessor().invoke(OWN);
            if (OF_THE_GRANT.contains(name)) {
                continue;
            }
            assertThat(component.getAccessor().invoke(under)).as(name).isEqualTo(own);
            if (!Set.of("mode", "rules").contains(name)) {
                // Or else it would prove nothing.
                assertThat(own).as(name).isNotEqualTo(component.getAccessor().invoke(usual));
            }
        }
        assertThat(under.approval().mayApprove("bob")).isFalse();
        assertThat(under.limits().rowsPerTask()).isEqualTo(100);
    }
}
