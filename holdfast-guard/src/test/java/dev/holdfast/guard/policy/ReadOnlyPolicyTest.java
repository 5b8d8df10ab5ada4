package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.sql.analysis.TransactionControl;
import dev.holdfast.sql.parser.UnreadableReason;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReadOnlyPolicyTest {
    private static final Principal AGENT = new Principal("analyst", "shop", "read-only");
    private static final Set<StatementKind> ALLOWED =
            Set.of(
                    StatementKind.READ,
                    StatementKind.TRANSACTION,
                    StatementKind.SESSION,
                    StatementKind.EXPORT);

    @ParameterizedTest
    @EnumSource(StatementKind.class)
    void allowsFourKindsOnly(StatementKind kind) {
        boolean allowed =
                decide(statement(kind, TransactionControl.NONE)) instanceof Decision.Allow;

        assertThat(allowed).isEqualTo(ALLOWED.contains(kind));
    }

    @Test
    void allowsAnEmptyText() {
        assertThat(decide()).isEqualTo(new Decision.Allow(Rule.READ.id()));
    }

    @Test
    void refusesAGraveEffectBehindAHarmlessOne() {
        StatementEffects statement =
                new StatementEffects(
                        StatementKind.READ,
                        "SELECT",
                        List.of(
                                effect(StatementKind.READ),
                                effect(StatementKind.SESSION),
                                effect(StatementKind.UNKNOWN)),
                        Set.of(),
                        Set.of(),
                        List.of(),
                        List.of(),
                        TransactionControl.NONE,
                        "");

        assertThat(refusal(decide(statement)).rule()).isEqualTo(Rule.UNKNOWN.id());
    }

    @Test
    void refusesTheWholeTextForOnePart() {
        StatementEffects read = statement(StatementKind.READ, TransactionControl.NONE);
        StatementEffects write = statement(StatementKind.WRITE, TransactionControl.NONE);

        assertThat(refusal(decide(read, read, write)).detail()).contains("Statement 3 of 3");
    }

    @Test
    void refusesTransactionControlBesideOtherStatements() {
        StatementEffects read = statement(StatementKind.READ, TransactionControl.NONE);
        StatementEffects commit = statement(StatementKind.TRANSACTION, TransactionControl.COMMIT);

        assertThat(refusal(decide(commit, read)).rule()).isEqualTo(Rule.MIXED.id());
        assertThat(refusal(decide(read, commit)).rule()).isEqualTo(Rule.MIXED.id());
        assertThat(decide(commit, commit)).isEqualTo(new Decision.Allow(Rule.TRANSACTION.id()));
        assertThat(decide(commit)).isEqualTo(new Decision.Allow(Rule.TRANSACTION.id()));
    }

    @Test
    void refusesTwoPhaseCommitEvenWhereItIsTakenForTransactionControl() {
        Refusal refusal =
                refusal(decide(statement(StatementKind.TRANSACTION, TransactionControl.TWO_PHASE)));

        assertThat(refusal.rule()).isEqualTo(Rule.TWO_PHASE.id());
    }

    @Test
    void tellsTheAllowingRuleByTheGravestStatement() {
        StatementEffects read = statement(StatementKind.READ, TransactionControl.NONE);
        StatementEffects export = statement(StatementKind.EXPORT, TransactionControl.NONE);

        assertThat(decide(read, export, read)).isEqualTo(new Decision.Allow(Rule.EXPORT.id()));
    }

    @ParameterizedTest
    @EnumSource(UnreadableReason.class)
    void refusesWhatCouldNotBeRead(UnreadableReason reason) {
        Refusal refusal =
                refusal(new ReadOnlyPolicy().decide(AGENT, new Analysis.Unreadable(reason)));

        assertThat(refusal.rule()).matches("(statement|catalog)\\..*");
        assertThat(refusal.hint()).isNotEmpty();
    }

    @Test
    void passesPostgresqlsOwnWordsAndPositionOnForASyntaxError() {
        Refusal refusal =
                refusal(
                        new ReadOnlyPolicy()
                                .decide(AGENT, new Analysis.Malformed("syntax error at end", 7)));

        assertThat(refusal.code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
        assertThat(refusal.message()).isEqualTo("syntax error at end");
        assertThat(refusal.position()).isEqualTo(7);
    }

    private static Decision decide(StatementEffects... statements) {
        return new ReadOnlyPolicy()
                .decide(AGENT, new Analysis.Understood(List.of(statements), "", false));
    }

    private static Refusal refusal(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Deny.class);
        return ((Decision.Deny) decision).refusal();
    }

    private static StatementEffects statement(StatementKind kind, TransactionControl control) {
        return new StatementEffects(
                kind,
                "COMMAND",
                List.of(effect(kind)),
                Set.of(),
                Set.of(),
                List.of(),
                List.of(),
                control,
                "");
    }

    private static Effect effect(StatementKind kind) {
        return new Effect(kind, "OPERATION", "object", "of a test");
    }
}
