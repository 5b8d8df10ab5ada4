package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.sql.analysis.TransactionControl;
import dev.holdfast.sql.parser.UnreadableReason;
import java.util.List;

/// The baseline that holds without any configuration: an agent reads and does nothing else.
///
/// Allowed are reading, COPY to the client, harmless changes of the session, and transactions that
/// stay read-only. A query string with several statements is refused whole when any part is. No text of
/// a refusal holds a literal from the statement, syntax errors excepted: there the client is told
/// PostgreSQL's own words about its own text.
public final class ReadOnlyPolicy implements Policy {

    @Override
    public boolean holds() {
        return false;
    }

    @Override
    public Decision decide(Principal principal, Analysis analysis) {
        return switch (analysis) {
            case Analysis.Understood understood -> understood(principal, understood.statements());
            case Analysis.Malformed malformed ->
                    new Decision.Deny(
                            new Refusal(
                                    Rule.MALFORMED.code(),
                                    Rule.MALFORMED.id(),
                                    malformed.message(),
                                    detail(Rule.MALFORMED),
                                    Rule.MALFORMED.hint(),
                                    malformed.position()));
            case Analysis.Unreadable unreadable -> unreadable(unreadable.reason());
        };
    }

    private static Decision understood(Principal principal, List<StatementEffects> statements) {
        for (int i = 0; i < statements.size(); i++) {
            for (Effect effect : statements.get(i).effects()) {
                if (!allowed(effect, statements.get(i))) {
                    return refused(principal, statements, i, effect);
                }
            }
        }
        if (mixed(statements)) {
            return deny(
                    Rule.MIXED,
                    "a query string with "
                            + statements.size()
                            + " statements must not hold "
                            + firstControl(statements),
                    "");
        }
        return new Decision.Allow(allowing(statements).id());
    }

    private static boolean allowed(Effect effect, StatementEffects statement) {
        return switch (effect.kind()) {
            case READ, SESSION, EXPORT -> true;
            case TRANSACTION -> statement.control() != TransactionControl.TWO_PHASE;
            case LOCK,
                    WRITE,
                    DEFINE,
                    DESTROY,
                    PRIVILEGE,
                    PROCEDURAL,
                    UNSAFE_IO,
                    SAFEGUARD,
                    UNKNOWN ->
                    false;
        };
    }

    /// Statements beside the control of transactions could be meant to run outside the transaction
    /// that their neighbours suppose. Control statements among themselves are harmless.
    private static boolean mixed(List<StatementEffects> statements) {
        long controls =
                statements.stream()
                        .filter(statement -> statement.control() != TransactionControl.NONE)
                        .count();
        return controls > 0 && controls < statements.size();
    }

    private static String firstControl(List<StatementEffects> statements) {
        return statements.stream()
                .filter(statement -> statement.control() != TransactionControl.NONE)
                .findFirst()
                .orElseThrow()
                .command();
    }

    private static Rule allowing(List<StatementEffects> statements) {
        StatementKind gravest = StatementKind.READ;
        for (StatementEffects statement : statements) {
            if (statement.kind().compareTo(gravest) > 0) {
                gravest = statement.kind();
            }
        }
        return switch (gravest) {
            case TRANSACTION -> Rule.TRANSACTION;
            case SESSION -> Rule.SESSION;
            case EXPORT -> Rule.EXPORT;
            default -> Rule.READ;
        };
    }

    private static Decision refused(
            Principal principal, List<StatementEffects> statements, int index, Effect effect) {
        StatementEffects statement = statements.get(index);
        Rule rule = refusing(effect, statement);
        if (rule == Rule.NAME_UNKNOWN || rule == Rule.SCHEMA_UNKNOWN) {
            return deny(rule, Wording.unknown(effect), "");
        }
        StringBuilder message = new StringBuilder(what(effect)).append(" is not allowed");
        if (!effect.operation().startsWith(statement.command())) {
            message.append(" in ").append(statement.command());
        }
        message.append(": agent \"").append(principal.agent()).append("\" may only read");
        StringBuilder reason = new StringBuilder();
        if (statements.size() > 1) {
            reason.append("Statement ").append(index + 1).append(" of ").append(statements.size());
            reason.append(": ");
        }
        reason.append(what(effect)).append(": ").append(effect.because()).append('.');
        long others = statement.effects().stream().filter(e -> !allowed(e, statement)).count() - 1;
        if (others > 0) {
            reason.append(" Refused effects besides it: ").append(others).append('.');
        }
        return deny(rule, message.toString(), reason.toString());
    }

    private static String what(Effect effect) {
        if (effect.operation().equals(Effect.FUNCTION_CALL)) {
            return "calling " + effect.object() + "()";
        }
        if (effect.operation().equals(Effect.OPERATOR_CALL)) {
            return "using operator " + effect.object();
        }
        return effect.object().isEmpty()
                ? effect.operation()
                : effect.operation() + " " + effect.object();
    }

    private static Rule refusing(Effect effect, StatementEffects statement) {
        if (statement.control() == TransactionControl.TWO_PHASE) {
            return Rule.TWO_PHASE;
        }
        if (effect.operation().equals(Effect.OPERATOR_CALL)) {
            return Rule.OPERATOR;
        }
        boolean call = effect.operation().equals(Effect.FUNCTION_CALL);
        return switch (effect.kind()) {
            case WRITE -> call ? Rule.FUNCTION : Rule.WRITE;
            case DEFINE -> call ? Rule.FUNCTION : Rule.DEFINE;
            case DESTROY -> Rule.DESTROY;
            case PRIVILEGE -> Rule.PRIVILEGE;
            case LOCK -> call ? Rule.FUNCTION : Rule.LOCK;
            case PROCEDURAL -> call ? Rule.FUNCTION : Rule.PROCEDURAL;
            case UNSAFE_IO -> call ? Rule.FUNCTION : Rule.UNSAFE_IO;
            case SAFEGUARD ->
                    effect.operation().endsWith("READ WRITE") ? Rule.READ_WRITE : Rule.PINNED;
            case UNKNOWN -> call ? Rule.FUNCTION : Rule.unknown(effect);
            case READ, SESSION, EXPORT, TRANSACTION ->
                    throw new IllegalArgumentException(effect.kind() + " is allowed");
        };
    }

    private static Decision unreadable(UnreadableReason reason) {
        Rule rule =
                switch (reason) {
                    case TOO_LONG -> Rule.TOO_LONG;
                    case TOO_COMPLEX -> Rule.TOO_COMPLEX;
                    case TOO_SLOW -> Rule.TOO_SLOW;
                    case NOT_UTF8, CONTAINS_NUL -> Rule.NOT_TEXT;
                    case PARSER_FAILED -> Rule.JUDGE_FAILED;
                    case PARSER_BUSY -> Rule.JUDGE_BUSY;
                    case CATALOG_UNAVAILABLE -> Rule.CATALOG_UNAVAILABLE;
                };
        return deny(rule, "the statement cannot be judged, so it does not run", "");
    }

    private static Decision deny(Rule rule, String message, String reason) {
        String detail = reason.isEmpty() ? detail(rule) : detail(rule) + " " + reason;
        return new Decision.Deny(new Refusal(rule.code(), rule.id(), message, detail, rule.hint()));
    }

    private static String detail(Rule rule) {
        return "Rule " + rule.id() + ": " + rule.sentence();
    }
}
