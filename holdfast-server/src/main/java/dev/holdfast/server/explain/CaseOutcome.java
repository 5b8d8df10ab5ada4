package dev.holdfast.server.explain;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.composition.OfflineJudge.Judged;
import dev.holdfast.server.config.PolicyCase;
import dev.holdfast.sql.analysis.Analysis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// What came of one case of a policy's test.
///
/// @param differences what is not as expected; empty where all is
public record CaseOutcome(String name, List<String> differences) {
    public CaseOutcome {
        differences = List.copyOf(differences);
    }

    public boolean ok() {
        return differences.isEmpty();
    }

    /// `ok   name`, or `FAIL name: differences`.
    public String line() {
        return ok() ? "ok   " + name : "FAIL " + name + ": " + String.join("; ", differences);
    }

    /// Runs a case.
    ///
    /// @throws IOException if the database's catalog cannot be read
    public static CaseOutcome of(OfflineJudge judge, PolicyCase test) throws IOException {
        Judged judged = judge.judge(judge.principal(test.agent(), test.database()), test.sql());
        List<String> differences = new ArrayList<>();
        Set<String> rules = rules(judged);
        PolicyCase.Expectation decided =
                switch (judged.decision()) {
                    case Decision.Allow _ -> PolicyCase.Expectation.ALLOW;
                    case Decision.Deny _ -> PolicyCase.Expectation.DENY;
                    case Decision.Hold _ -> PolicyCase.Expectation.HOLD;
                };
        if (decided != test.expect()) {
            Refusal refusal = judged.decision().refusal();
            differences.add(
                    "%s (expected: %s)%s"
                            .formatted(
                                    word(decided),
                                    word(test.expect()),
                                    refusal == null
                                            ? ""
                                            : ", by " + refusal.rule() + ": " + refusal.message()));
        }
        if (test.rule() != null && !rules.contains(test.rule())) {
            differences.add(
                    "rules %s (expected: %s among them)"
                            .formatted(String.join(", ", rules), test.rule()));
        }
        Set<String> reached = reached(judged.analysis());
        for (String relation : test.reaches()) {
            if (!reached.contains(relation)) {
                differences.add(
                        "does not reach %s, only %s"
                                .formatted(
                                        relation,
                                        reached.isEmpty()
                                                ? "nothing"
                                                : String.join(", ", reached)));
            }
        }
        return new CaseOutcome(test.name(), differences);
    }

    private static String word(PolicyCase.Expectation decision) {
        return decision.toString().toLowerCase(Locale.ROOT);
    }

    private static Set<String> rules(Judged judged) {
        Set<String> rules = new TreeSet<>();
        judged.findings().forEach(finding -> rules.add(finding.rule()));
        Refusal refusal = judged.decision().refusal();
        if (refusal != null) {
            rules.add(refusal.rule());
        } else if (judged.decision() instanceof Decision.Allow allow) {
            rules.addAll(List.of(allow.rule().split(", ", -1)));
        }
        return rules;
    }

    private static Set<String> reached(Analysis analysis) {
        Set<String> reached = new TreeSet<>();
        if (analysis instanceof Analysis.Understood understood) {
            understood
                    .statements()
                    .forEach(statement ->
                            statement
                                    .relationEffects()
                                    .forEach(effect -> reached.add(effect.relation())));
        }
        return reached;
    }
}
