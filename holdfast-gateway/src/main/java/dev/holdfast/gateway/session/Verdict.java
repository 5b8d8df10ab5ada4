package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.TransactionControl;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known about a query string: the analysis, the words for the record, and the decision that
/// was taken last.
///
/// Belongs to one event loop, and serves every session there. The decision is remembered for one
/// principal and one policy, the latter by identity: a reloaded policy is another object, so a
/// remembered decision never outlives the policy that took it, nor reaches another agent.
final class Verdict {
    /// Longer texts of prepared statements are not kept only to be judged again.
    private static final int KEPT_TEXT_BYTES_MAX = 16 << 10;

    private final String recorded;
    private final int textBytes;
    private final byte @Nullable [] text;
    private final String types;
    private Analysis analysis;
    private Object basis;
    private List<StatementEffects> statements;
    private boolean concernsNames;
    private @Nullable Policy decidedBy;
    private @Nullable Principal decidedFor;
    private @Nullable Decision decision;
    private @Nullable Decision lastAllow;
    private @Nullable Principal lastAllowedFor;

    /// @param text the text; kept, so it must not change
    /// @param basis what the analysis rests on
    Verdict(Analysis analysis, byte[] text, Object basis) {
        this(analysis, text, basis, "");
    }

    private Verdict(Analysis analysis, byte[] text, Object basis, String types) {
        this.types = types;
        this.analysis = analysis;
        this.basis = basis;
        this.textBytes = text.length;
        this.text = text.length > KEPT_TEXT_BYTES_MAX ? null : text;
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

    /// Whether the analysis rests on this object, and on no earlier one.
    @SuppressWarnings("ReferenceEquality")
    boolean restsOn(Object now) {
        return basis == now;
    }

    /// The text, to be analysed again; null where it is too long to be kept.
    byte @Nullable [] text() {
        return text;
    }

    /// The same about another text of the same shape, with its own literals.
    ///
    /// @param parameterTypes as [ParameterTypes#declared] has them
    Verdict of(byte[] itsText, String parameterTypes) {
        return new Verdict(analysis, itsText, basis, parameterTypes);
    }

    /// The types that were declared for its parameters; empty where none were.
    String types() {
        return types;
    }

    /// The text as it was sent, for the undo journal only; without its literals where it was too long to
    /// be kept.
    String textForJournal() {
        byte[] kept = text;
        return kept == null ? recorded : new String(kept, StandardCharsets.UTF_8);
    }

    /// How long the text is, bytes.
    int textBytes() {
        return textBytes;
    }

    /// Takes over what a later analysis of the text found.
    void renew(Verdict later) {
        analysis = later.analysis;
        basis = later.basis;
        statements = later.statements;
        concernsNames = later.concernsNames;
        decidedBy = null;
        decidedFor = null;
        decision = null;
    }

    @SuppressWarnings("ReferenceEquality")
    Decision decide(Policy policy, Principal principal) {
        Decision known = decision;
        if (known == null
                || decidedBy != policy
                || !principal.equals(decidedFor)
                || !policy.steady()) {
            known = policy.decide(principal, analysis);
            decision = known;
            decidedBy = policy;
            decidedFor = principal;
            if (known instanceof Decision.Allow) {
                lastAllow = known;
                lastAllowedFor = principal;
            }
        }
        return known;
    }

    /// The decision by which it was let run, for the record: a later one, or one by a later policy, is
    /// about the next time.
    Decision allowedBy(Policy policy, Principal principal) {
        Decision allow = lastAllow;
        return allow != null && principal.equals(lastAllowedFor)
                ? allow
                : decide(policy, principal);
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

    /// What the only statement does to the transaction; null where it is nothing that begins or ends one.
    @Nullable TransactionControl onlyControl() {
        if (statements.size() != 1) {
            return null;
        }
        TransactionControl control = statements.getFirst().control();
        return switch (control) {
            case BEGIN, COMMIT, ROLLBACK -> control;
            case NONE, CHAIN, SAVEPOINT, TWO_PHASE, CHARACTERISTICS -> null;
        };
    }

    /// Whether any of the statements begins or ends a transaction.
    boolean controlsTransaction() {
        return statements.stream()
                .anyMatch(each ->
                        switch (each.control()) {
                            case BEGIN, COMMIT, ROLLBACK, CHAIN, TWO_PHASE -> true;
                            case NONE, SAVEPOINT, CHARACTERISTICS -> false;
                        });
    }

    /// Whether one of the statements ends a transaction and begins the next.
    boolean chains() {
        return statements.stream().anyMatch(each -> each.control() == TransactionControl.CHAIN);
    }
}
