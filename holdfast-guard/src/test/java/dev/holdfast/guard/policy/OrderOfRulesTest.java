package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant.Operation;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.StatementKind;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a policy decides does not depend on the order in which it, or the effects of a statement, are
/// written down.
class OrderOfRulesTest {
    private static final Principal AGENT = new Principal("analyst", "shop", "p");
    private static final int ROUNDS = 200;
    private static final long SEED = 20_261_125;

    @Test
    void everyOrderDecidesAlike() {
        Random random = new Random(SEED);
        for (Statements statement : statements()) {
            Decision first = draft().policy().decide(AGENT, Statements.analysis(statement));
            for (int round = 0; round < ROUNDS; round++) {
                Draft draft = draft();
                Collections.shuffle(draft.read, random);
                Collections.shuffle(draft.write, random);
                Collections.shuffle(draft.denyColumns, random);
                Collections.shuffle(draft.restricted, random);
                Collections.shuffle(draft.rules, random);
                statement.shuffle(random);

                Decision decision = draft.policy().decide(AGENT, Statements.analysis(statement));

                assertThat(outcome(decision)).as("seed %d", SEED).isEqualTo(outcome(first));
            }
        }
    }

    /// Without the lists of patterns in DETAIL, which follow the file.
    private static String outcome(Decision decision) {
        return switch (decision) {
            case Decision.Allow allow -> "allow " + allow;
            case Decision.Deny deny -> "deny " + deny.refusal().rule() + deny.refusal().message();
            case Decision.Hold hold -> "hold " + hold.refusal().rule() + hold.refusal().message();
        };
    }

    private static Draft draft() {
        Draft draft =
                new Draft()
                        .read("public.*", "sales.*", "public.orders", "hr.*")
                        .write("public.*", Operation.INSERT)
                        .write("public.orders", Operation.UPDATE)
                        .write("*.log", Operation.values())
                        .denyColumns("public.students.email", "*.*.password*", "hr.*.salary")
                        .restricted("vault.*")
                        .restricted("*.secret")
                        .challenged("hr.pay");
        draft.hold = new Holds(Set.of(Holds.Kind.DEFINE), true, false, 0);
        draft.rules.addAll(
                List.of(
                        rule("a", "effects.reads.exists(r, r == 'x.y')", CustomRule.Outcome.ALLOW),
                        rule("b", "effects.command == 'MERGE'", CustomRule.Outcome.HOLD),
                        rule("c", "effects.relations.size() > 2", CustomRule.Outcome.DENY),
                        rule("d", "effects.writes.size() > 1", CustomRule.Outcome.HOLD)));
        return draft;
    }

    private static CustomRule rule(String name, String when, CustomRule.Outcome outcome) {
        return new CustomRule(name, Condition.of(when), outcome, "", "");
    }

    private static List<Statements> statements() {
        return List.of(
                Statements.select().reads("public.orders", "id"),
                Statements.select().reads("x.y", "id"),
                Statements.select().reads("x.y", "id").reads("vault.a", "id"),
                Statements.select().reads("x.z", "id").reads("x.a", "id"),
                Statements.select().reads("hr.pay", "salary").reads("hr.people", "id"),
                Statements.select().reads("hr.pay", "id").reads("nowhere.a", "id"),
                Statements.select().reads("public.students", "email", "password", "id"),
                Statements.write("INSERT").inserts("public.orders", "id"),
                Statements.write("MERGE")
                        .inserts("public.orders", "id")
                        .updates("public.orders", "id"),
                Statements.write("UPDATE")
                        .updates("public.orders", "id")
                        .updates("public.items", "id"),
                Statements.write("DELETE")
                        .effect(
                                RelationEffect.Operation.DELETE,
                                "public.log",
                                RelationEffect.Bound.UNBOUNDED,
                                "",
                                "id"),
                Statements.of(StatementKind.DEFINE, "CREATE TABLE")
                        .and(StatementKind.PRIVILEGE, "GRANT", "x"),
                Statements.select()
                        .calls("public.f")
                        .and(StatementKind.UNSAFE_IO, "COPY TO PROGRAM", "")
                        .and(StatementKind.SAFEGUARD, "SET", "role"),
                Statements.write("INSERT")
                        .inserts("public.orders", "id")
                        .unforeseeable("b")
                        .unforeseeable("a"));
    }
}
