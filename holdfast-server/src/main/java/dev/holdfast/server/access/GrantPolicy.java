package dev.holdfast.server.access;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.Limits;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The policy of a grant: what it grants replaces what the agent's own policy grants, and everything that
/// its own policy denies, restricts, holds or limits stays in force, shadow and sandbox too. Under a policy
/// that only observes a grant is enforced all the same.
public final class GrantPolicy {
    private GrantPolicy() {}

    /// What a grant's statements are judged by.
    ///
    /// @param base the agent's own policy; null for `read-only`, which denies nothing of its own
    public static PolicyDefinition under(@Nullable PolicyDefinition base, Grant grant) {
        PolicyDefinition own = base == null ? PolicyDefinition.named("grant:" + grant.id()) : base;
        GrantTerms terms = grant.terms();
        Set<WriteGrant.Operation> writes = EnumSet.noneOf(WriteGrant.Operation.class);
        for (Operation operation : terms.operations()) {
            switch (operation) {
                case SELECT -> {}
                case INSERT -> writes.add(WriteGrant.Operation.INSERT);
                case UPDATE -> writes.add(WriteGrant.Operation.UPDATE);
                case DELETE -> writes.add(WriteGrant.Operation.DELETE);
            }
        }
        return new PolicyDefinition(
                "grant:" + grant.id(),
                own.mode() == Mode.OBSERVE ? Mode.ENFORCE : own.mode(),
                terms.operations().contains(Operation.SELECT) ? terms.tables() : List.of(),
                writes.isEmpty() ? List.of() : List.of(new WriteGrant(terms.tables(), writes)),
                own.denyColumns(),
                own.restricted(),
                own.hold(),
                limits(own.limits(), terms.rowsMax()),
                own.functions(),
                own.settings(),
                own.rules().stream()
                        .filter(rule -> rule.decision() != CustomRule.Outcome.ALLOW)
                        .toList(),
                own.approval());
    }

    private static Limits limits(Limits own, long rows) {
        return new Limits(
                own.rowsPerStatement(),
                own.rowsPerTransaction(),
                own.rowsPerHour(),
                smaller(own.rowsPerTask(), rows),
                own.statementsPerMinute(),
                own.resultRows(),
                own.resultBytes(),
                own.statementTime());
    }

    /// Where 0 is none.
    private static long smaller(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }
}
