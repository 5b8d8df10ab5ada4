package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.Decision.Hold;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;

/// How something that is held runs once a person has approved it.
final class HeldKind {
    private HeldKind() {}

    static Hold.Kind of(Examination examination) {
        if (examination.statements().size() != 1) {
            return Hold.Kind.NOT_HERE;
        }
        StatementEffects statement = examination.statements().getFirst();
        boolean byName = statement.command().equals("EXECUTE");
        // Its data are with the client, which sends them once.
        boolean copied = statement.command().equals("COPY FROM");
        if (byName || copied || givesPrivileges(statement)) {
            return Hold.Kind.NOT_HERE;
        }
        if (destroys(statement)) {
            return Hold.Kind.DESTROY;
        }
        if (defines(statement)) {
            return Hold.Kind.NOT_HERE;
        }
        return examination.writes() ? Hold.Kind.ROWS : Hold.Kind.READ;
    }

    private static boolean givesPrivileges(StatementEffects statement) {
        return does(statement, StatementKind.PRIVILEGE);
    }

    private static boolean destroys(StatementEffects statement) {
        return does(statement, StatementKind.DESTROY)
                || statement.relationEffects().stream()
                        .anyMatch(effect ->
                                effect.operation() == RelationEffect.Operation.DROP
                                        || effect.operation() == RelationEffect.Operation.TRUNCATE);
    }

    private static boolean defines(StatementEffects statement) {
        return does(statement, StatementKind.DEFINE)
                || statement.relationEffects().stream()
                        .anyMatch(effect ->
                                effect.operation() == RelationEffect.Operation.DEFINE
                                        || effect.operation() == RelationEffect.Operation.ALTER);
    }

    private static boolean does(StatementEffects statement, StatementKind kind) {
        return statement.effects().stream().anyMatch(effect -> effect.kind() == kind);
    }
}
