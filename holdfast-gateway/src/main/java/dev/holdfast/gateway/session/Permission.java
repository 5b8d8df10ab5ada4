package dev.holdfast.gateway.session;

import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.TransactionControl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether what a message asks for may run now, by today's policy, and what is owed if it does.
///
/// A statement that runs another by its name (EXECUTE, FETCH) may run if that one may, and owes what
/// both owe.
final class Permission {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Session session;
    private final NamedStatements names;
    private final StatementRate rate;

    private Obligations owed = Obligations.NONE;
    private Decision.@Nullable Hold held;
    private @Nullable Delivered fetched;

    /// @param rate what the agent asked for lately
    Permission(Session session, StatementRate rate) {
        this.session = session;
        this.rate = rate;
        this.names = session.names();
    }

    private @Nullable Refusal refusal(Verdict verdict) {
        owed = Obligations.NONE;
        held = null;
        fetched = null;
        if (!session.recorder().available()) {
            return Refusals.recordUnavailable();
        }
        if (verdict.text() == null && !verdict.restsOn(session.basis())) {
            return Refusals.outOfDate();
        }
        Refusal refusal = decide(verdict);
        return refusal == null && verdict.concernsNames() ? refusalOfNames(verdict) : refusal;
    }

    /// Why a text may not run now, asked once for each time that it is to run; null if it may.
    @Nullable Refusal refusalToRun(Verdict verdict) {
        List<StatementEffects> statements = verdict.statements();
        Refusal tooMany = tooMany(statements.size());
        // A transaction can be ended at any rate: it is better over than waiting.
        return tooMany == null || endsTransaction(statements) ? refusal(verdict) : tooMany;
    }

    /// Why a text may not be prepared or bound; null if it may. What may not counts as if it had been
    /// asked to run: to be refused without end is no way around the limit of statements per minute.
    @Nullable Refusal refusalToPrepare(Verdict verdict) {
        Refusal refusal = refusal(verdict);
        Refusal tooMany = refusal == null ? null : tooMany(1);
        return tooMany == null ? refusal : tooMany;
    }

    private @Nullable Refusal tooMany(int statements) {
        int max = session.authority().policy().statementsPerMinuteMax(session.principal());
        if (max == 0) {
            return null;
        }
        if (statements > max) {
            return Refusals.tooManyAtOnce(statements, max);
        }
        long second = Math.floorDiv(session.nanoTime(), NANOS_PER_SECOND);
        int waitSeconds = rate.take(Math.max(1, statements), max, second);
        return waitSeconds == 0 ? null : Refusals.tooManyStatements(max, waitSeconds);
    }

    private static boolean endsTransaction(List<StatementEffects> statements) {
        for (StatementEffects statement : statements) {
            boolean ends =
                    statement.control() == TransactionControl.COMMIT
                            || statement.control() == TransactionControl.CHAIN
                            || statement.control() == TransactionControl.ROLLBACK;
            if (!ends) {
                return false;
            }
        }
        return !statements.isEmpty();
    }

    /// What is owed by the text that was asked about last.
    Obligations owed() {
        return owed;
    }

    /// What was fetched before by the portal or cursor that the text fetches from; null where the text
    /// is no FETCH, or nothing is to be counted.
    @Nullable Delivered fetched() {
        return fetched;
    }

    /// What holds the text that was asked about last, if a person may let it run; null where nothing
    /// does.
    Decision.@Nullable Hold held() {
        return held;
    }

    private @Nullable Refusal decide(Verdict verdict) {
        return switch (session.authority().decide(verdict)) {
            case Decision.Allow allow -> {
                owed = owed.and(allow.obligations());
                yield null;
            }
            case Decision.Deny deny -> deny.refusal();
            case Decision.Hold hold -> {
                if (hold.kind() == Decision.Hold.Kind.NOT_HERE) {
                    yield hold.refusal();
                }
                owed = owed.and(hold.obligations());
                held = hold;
                yield null;
            }
        };
    }

    /// What runs another by its name is not what people were shown.
    private @Nullable Refusal decideByName(Verdict verdict) {
        Refusal refusal = decide(verdict);
        Decision.Hold named = held;
        held = null;
        return refusal == null && named != null ? HoldRefusals.notAlone(named.refusal()) : refusal;
    }

    /// EXECUTE runs what an earlier PREPARE or Parse of this session was allowed to prepare, by
    /// today's policy; anything else is unknown and does not run. FETCH reads on what a portal or
    /// cursor was allowed to read, by today's policy too.
    private @Nullable Refusal refusalOfNames(Verdict verdict) {
        if (!names.fits(verdict)) {
            return Refusals.tooManyNames(names.held());
        }
        List<StatementEffects> statements = verdict.statements();
        for (int at = 0; at < statements.size(); at++) {
            StatementEffects statement = statements.get(at);
            if (!NamedStatements.isDistinct(statement)) {
                return Refusals.ambiguousName();
            }
            if (NamedStatements.isReserved(statement.name())) {
                return Refusals.reservedName();
            }
            Refusal refusal =
                    switch (statement.command()) {
                        case "EXECUTE" ->
                                preparedBefore(statements, at)
                                        ? null
                                        : refusalOfPrepared(statement.name());
                        case "FETCH", "MOVE" -> refusalOfCursor(statement.name());
                        default -> null;
                    };
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable Refusal refusalOfPrepared(String name) {
        Verdict prepared = names.statement(name);
        if (prepared == null) {
            return Refusals.unknownStatement();
        }
        return prepared.restsOn(session.basis()) ? decideByName(prepared) : Refusals.outOfDate();
    }

    private @Nullable Refusal refusalOfCursor(String name) {
        NamedStatements.Portal portal = names.cursor(name);
        if (portal == null) {
            // PostgreSQL knows none either.
            return null;
        }
        Refusal refusal = decideByName(portal.verdict());
        if (owed.limitsResult()) {
            fetched = portal.delivered();
        }
        return refusal;
    }

    private static boolean preparedBefore(List<StatementEffects> statements, int index) {
        String name = statements.get(index).name();
        return statements.subList(0, index).stream()
                .anyMatch(s -> s.command().equals("PREPARE") && s.name().equals(name));
    }
}
