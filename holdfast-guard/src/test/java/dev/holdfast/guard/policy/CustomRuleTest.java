package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule.Outcome;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant.Operation;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.StatementKind;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomRuleTest {
    private static final Principal AGENT = new Principal("analyst", "shop", "p");

    /// A Tuesday.
    private static final Instant NIGHT = Instant.parse("2026-11-24T03:20:00Z");

    private final List<String> alarms = new ArrayList<>();
    private long refusals;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "effects.kind == 'WRITE' && time.hour < 6 ; true",
                "effects.kind == 'READ' ; false",
                "effects.command == 'DELETE' ; true",
                "effects.writes == ['public.items', 'public.orders'] ; true",
                "effects.reads.exists(r, r.startsWith('sales.')) ; true",
                "effects.relations.size() == 3 ; true",
                "'public.orders.id' in effects.columns ; true",
                "'sales.log.*' in effects.columns ; true",
                "effects.functions == [] ; true",
                "effects.unbounded ; true",
                "effects.unforeseeable ; false",
                "principal.agent == 'analyst' && principal.database == 'shop' ; true",
                "principal.policy == 'p' && principal.task == '' ; true",
                "principal.agent.matches('^(a+)+$') ; false",
                "time.day_of_week == 2 && time.minute == 20 ; true",
                "time.utc < timestamp('2027-01-01T00:00:00Z') ; true",
                "history.refusals_last_minute > 5 ; true",
                "history.statements_last_minute == 0 ; true"
            })
    void seesWhatTheStatementDoesAndWhenAndByWhom(String when, boolean holds) {
        refusals = 6;
        Decision decision = decide(granting(rule("r", when, Outcome.DENY)), deleting());

        assertThat(rulesOf(decision).contains("rule.r")).isEqualTo(holds);
    }

    @Test
    void denyWinsOverHoldOverAllow() {
        CustomRule deny = rule("d", "true", Outcome.DENY);
        CustomRule hold = rule("h", "true", Outcome.HOLD);
        CustomRule allow = rule("a", "true", Outcome.ALLOW);
        Statements read = Statements.select().reads("public.a", "id");

        for (List<CustomRule> order :
                List.of(List.of(deny, hold, allow), List.of(allow, hold, deny))) {
            assertThat(decide(draft(order), read)).isInstanceOf(Decision.Deny.class);
        }
        for (List<CustomRule> order : List.of(List.of(hold, allow), List.of(allow, hold))) {
            assertThat(decide(draft(order), read)).isInstanceOf(Decision.Hold.class);
        }
        assertThat(decide(draft(List.of(allow)), read)).isInstanceOf(Decision.Allow.class);
        assertThat(decide(draft(List.of()), read)).isInstanceOf(Decision.Deny.class);
    }

    @Test
    void allowGrantsRelationsAndNothingElse() {
        CustomRule allow = rule("a", "true", Outcome.ALLOW);
        Draft draft = draft(List.of(allow)).restricted("vault.*").denyColumns("public.s.email");

        assertThat(rulesOf(decide(draft, Statements.select().reads("x.y", "id"))))
                .isEqualTo("rule.a");
        for (Statements closed :
                new Statements[] {
                    Statements.select().reads("vault.cards", "id"),
                    Statements.select().reads("public.s", "email"),
                    Statements.select().calls("public.f"),
                    Statements.of(StatementKind.DEFINE, "CREATE TABLE"),
                    Statements.of(StatementKind.UNSAFE_IO, "COPY TO PROGRAM"),
                    Statements.of(StatementKind.SAFEGUARD, "SET"),
                    Statements.of(StatementKind.UNKNOWN, "X"),
                    deleting()
                }) {
            assertThat(decide(draft, closed)).isInstanceOf(Decision.Deny.class);
        }
    }

    @Test
    void allowGrantsTheStatementThatItIsAboutOnly() {
        Draft draft = draft(List.of(rule("a", "effects.reads == ['x.y']", Outcome.ALLOW)));

        Decision decision =
                decide(
                        draft,
                        Statements.select().reads("x.y", "id"),
                        Statements.select().reads("x.z", "id"));

        assertThat(rulesOf(decision)).isEqualTo("read.not-granted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "effects.functions[7] == 'x'",
                "1 / (time.hour - 3) > 0",
                "int(principal.agent) > 0",
                "timestamp(principal.agent) < time.utc",
                "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b,"
                        + " [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, a < 99))))"
            })
    void aRuleThatCannotBeEvaluatedDeniesAndRaisesAnAlarm(String when) {
        for (Outcome outcome : Outcome.values()) {
            alarms.clear();
            Draft draft = draft(List.of(rule("broken", when, outcome))).read("*.*");

            Decision decision = decide(draft, Statements.select().reads("public.a", "id"));

            assertThat(decision).isInstanceOf(Decision.Deny.class);
            assertThat(rulesOf(decision)).isEqualTo("rule.failed");
            assertThat(alarms).containsExactly("p broken");
        }
    }

    @Test
    void saysWhatTheOwnerWrote() {
        CustomRule rule =
                new CustomRule(
                        "night",
                        Condition.of("time.hour < 6"),
                        Outcome.DENY,
                        "writes at night are not allowed",
                        "wait until six");

        Refusal refusal = Objects.requireNonNull(decide(granting(rule), deleting()).refusal());

        assertThat(refusal.rule()).isEqualTo("rule.night");
        assertThat(refusal.message()).isEqualTo("writes at night are not allowed");
        assertThat(refusal.hint()).isEqualTo("wait until six");
        assertThat(refusal.detail()).contains("Rule rule.night").contains("policy \"p\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "time.hour < 6 ; false",
                "time.utc > timestamp('2027-01-01T00:00:00Z') ; false",
                "[1].exists(x, x == time.day_of_week) ; false",
                "history.statements_last_minute > 10 ; false",
                "true || history.refusals_last_minute > 1 ; false",
                "effects.kind == 'READ' ; true",
                "principal.agent == 'time.hour' ; true"
            })
    void decisionsThatHangOnTimeOrHistoryAreNotRemembered(String when, boolean steady) {
        assertThat(draft(List.of(rule("r", when, Outcome.DENY))).policy().steady())
                .isEqualTo(steady);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1 +",
                "effects.knd == 'x'",
                "effects.kind",
                "effects.kind == 1",
                "time",
                "now()",
                "effects",
                "effects.reads[0]",
                "principal.password == ''",
                "{}"
            })
    void refusesWhatIsNoConditionOfTheseVariables(String text) {
        assertThatThrownBy(() -> Condition.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of the condition: ");
    }

    @Test
    void refusesAConditionThatIsTooLongOrTooDeep() {
        assertThatThrownBy(() -> Condition.of("true && ".repeat(600) + "true"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Condition.of("(".repeat(1_000) + "true" + ")".repeat(1_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Statements deleting() {
        return Statements.write("DELETE")
                .effect(
                        RelationEffect.Operation.DELETE,
                        "public.orders",
                        RelationEffect.Bound.UNBOUNDED,
                        "",
                        "id")
                .effect(
                        RelationEffect.Operation.DELETE,
                        "public.items",
                        RelationEffect.Bound.NOT_APPLICABLE,
                        "foreign key k",
                        "id")
                .reads("sales.log");
    }

    private static CustomRule rule(String name, String when, Outcome outcome) {
        return new CustomRule(name, Condition.of(when), outcome, "", "");
    }

    private static Draft draft(List<CustomRule> rules) {
        Draft draft = new Draft();
        draft.rules.addAll(rules);
        return draft;
    }

    private static Draft granting(CustomRule rule) {
        Draft draft = draft(List.of(rule)).read("*.*").write("*.*", Operation.values());
        draft.hold = new PolicyDefinition.Holds(Set.of(), true, false, 0);
        return draft;
    }

    private Decision decide(Draft draft, Statements... statements) {
        RuleSurroundings.History history =
                new RuleSurroundings.History() {
                    @Override
                    public long statementsLastMinute(String agent) {
                        return 0;
                    }

                    @Override
                    public long refusalsLastMinute(String agent) {
                        return refusals;
                    }
                };
        RuleSurroundings surroundings =
                new RuleSurroundings(
                        InstantSource.fixed(NIGHT),
                        history,
                        (policy, rule, _) -> alarms.add(policy + " " + rule));
        return new DefinedPolicy(draft.definition(), draft, surroundings)
                .decide(AGENT, Statements.analysis(statements));
    }

    private static String rulesOf(Decision decision) {
        return switch (decision) {
            case Decision.Allow allow -> allow.rule();
            case Decision.Deny deny -> deny.refusal().rule();
            case Decision.Hold hold -> hold.refusal().rule();
        };
    }
}
