package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.StatementEffects;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known about a query string: the analysis, the words for the record, and the decision that
/// was taken last.
///
/// Belongs to one event loop, and serves every session there. The decision is remembered for one
/// principal and one policy, the latter by identity: a reloaded policy is another object, so a
/// remembered decision never outlives the policy that took it, nor reaches another agent.
final class Verdict {
    private final Analysis analysis;
    private final String recorded;
    private final List<StatementEffects> statements;
    private final boolean concernsNames;
    private @Nullable Policy decidedBy;
    private @Nullable Principal decidedFor;
    private @Nullable Decision decision;

    Verdict(Analysis analysis, byte[] text) {
        this.analysis = analysis;
        this.recorded =
                analysis instanceof Analysis.Understood understood
                        ? understood.normalized()
                        : Unread.describe(text);
        this.statements =
                analysis instanceof Analysis.Understood understood
                        ? understood.statements()
                        : List.of();
        this.concernsNames = statements.stream().anyMatch(NamedStatements::concerns);
    }

    @SuppressWarnings("ReferenceEquality")
    Decision decide(Policy policy, Principal principal) {
        Decision known = decision;
        if (known == null || decidedBy != policy || !principal.equals(decidedFor)) {
            known = policy.decide(principal, analysis);
            decision = known;
            decidedBy = policy;
            decidedFor = principal;
        }
        return known;
    }

    /// The text for the record: no literal value in it.
    String recorded() {
        return recorded;
    }

    List<StatementEffects> statements() {
        return statements;
    }

    /// Whether a statement makes, runs or drops a prepared statement or portal by its name.
    boolean concernsNames() {
        return concernsNames;
    }

    /// Whether the verdict holds for every text of the same shape.
    boolean holdsForShape() {
        return analysis instanceof Analysis.Understood understood && !understood.literalsMatter();
    }

    /// Whether the verdict says something about the text, not about the load of the moment.
    boolean lasting() {
        return switch (analysis) {
            case Analysis.Understood _, Analysis.Malformed _ -> true;
            case Analysis.Unreadable _ -> false;
        };
    }
}
