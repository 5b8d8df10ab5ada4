package dev.holdfast.gateway.guarded;

import dev.holdfast.gateway.guarded.StatementRelay.Ended;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.change.ChangeKeeper.Examined;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.SessionMeaning;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.ErrorFields;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Runs a statement that changes rows, measures what it did, and makes it undone: for people who are asked
/// whether it may run. On the real database, as the agent's own role, with short waits for locks and a
/// bounded time; nobody else sees anything of it.
public final class Rehearsal {
    private static final Question FLUSH = new Question(Counters.FLUSH);
    private static final Question READ_ONLY = new Question("BEGIN READ ONLY");
    private static final Question BEGIN = new Question("BEGIN READ WRITE");
    private static final Question ROLLBACK = new Question("ROLLBACK");
    private static final Question SAVEPOINT = new Question("SAVEPOINT holdfast_rehearsal");
    private static final Question BACK = new Question("ROLLBACK TO SAVEPOINT holdfast_rehearsal");
    private static final Question RELEASE = new Question("RELEASE SAVEPOINT holdfast_rehearsal");

    /// Others wait behind whoever waits for a lock.
    private static final Question LOCK_TIME = new Question("SET LOCAL lock_timeout = '2s'");

    private static final Question STATEMENT_TIME =
            new Question("SET LOCAL statement_timeout = '30s'");

    /// How far PostgreSQL's log is, bytes.
    private static final Question LOG_POSITION =
            new Question(
                    "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(),"
                            + " '0/0'::pg_catalog.pg_lsn)");

    private static final Question LOCKS =
            new Question(
                    """
                    SELECT DISTINCT pg_catalog.concat(pg_catalog.quote_ident(n.nspname::pg_catalog.text),
                      '.', pg_catalog.quote_ident(c.relname::pg_catalog.text), ' ', l.mode)
                    FROM pg_catalog.pg_locks l
                    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
                    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                    WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
                      AND l.granted AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::pg_catalog.char[])
                      AND n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.name
                      AND l.mode OPERATOR(pg_catalog.<>) 'AccessShareLock'::pg_catalog.text
                    ORDER BY 1 LIMIT 50\
                    """);

    private static final FrontendMessage SYNC = new FrontendMessage.Sync();

    private final UpstreamDialogue upstream;
    private final Guards guards;
    private final Principal principal;

    public Rehearsal(UpstreamDialogue upstream, Guards guards, Principal principal) {
        this.upstream = upstream;
        this.guards = guards;
        this.principal = principal;
    }

    /// Outside any transaction: in one of its own, which is rolled back.
    ///
    /// @param batchOpen whether messages were passed on since the last Sync
    /// @throws ChangeRefusedException if the statement fails, breaks a limit, or could not be undone
    public MeasuredEffect alone(boolean batchOpen, HeldMessages statement, RowLimits limits)
            throws ChangeRefusedException {
        begin(batchOpen, BEGIN);
        Result result = result(statement, limits);
        end();
        return result.effect();
    }

    private void begin(boolean batchOpen, Question begin) throws ChangeRefusedException {
        ByteBuf out = upstream.buffer();
        if (batchOpen) {
            // PostgreSQL's own implicit transaction holds nothing but what was parsed.
            SYNC.encode(out);
        }
        UpstreamDialogue.encode(List.of(FLUSH), out);
        UpstreamDialogue.encode(List.of(begin), out);
        upstream.send(out);
        if (batchOpen) {
            upstream.ready(TransactionStatus.IDLE);
        }
        upstream.ready(TransactionStatus.IDLE);
        upstream.ready(TransactionStatus.IN_TRANSACTION);
    }

    private void end() throws ChangeRefusedException {
        upstream.send(upstream.encoded(List.of(ROLLBACK)));
        upstream.ready(TransactionStatus.IDLE);
    }

    /// What the session gives a statement besides its text.
    ///
    /// @param batchOpen whether messages were passed on since the last Sync
    /// @param open whether a transaction stands open
    /// @param settings that matter besides the usual ones
    public SessionMeaning meaning(
            boolean batchOpen, boolean open, Collection<String> settings, HeldMessages statement)
            throws ChangeRefusedException {
        if (open) {
            return SessionMeaning.read(upstream, settings, statement.types());
        }
        begin(batchOpen, READ_ONLY);
        SessionMeaning meaning;
        try {
            meaning = SessionMeaning.read(upstream, settings, statement.types());
        } catch (ChangeRefusedException e) {
            if (upstream.isInStepBehind(e)) {
                end();
            }
            throw e;
        }
        end();
        return meaning;
    }

    /// On a staging copy, where this session was opened for nothing else; it is closed behind that, whatever
    /// comes of it.
    ///
    /// @param meaning of the session that the statement came from
    /// @throws ChangeRefusedException if the statement fails, breaks a limit, or could not be undone; if
    ///     this is no copy; or if it cannot mean the same here
    public MeasuredEffect onCopy(SessionMeaning meaning, HeldMessages statement, RowLimits limits)
            throws ChangeRefusedException {
        String copy = principal.database();
        begin(false, BEGIN);
        if (meaning.isAlso(upstream)) {
            throw new ChangeRefusedException(HoldRefusals.copyIsOriginal(copy));
        }
        Map<Integer, Integer> types = meaning.typesIn(upstream);
        if (!types.keySet().containsAll(meaning.types().keySet())) {
            throw new ChangeRefusedException(
                    HoldRefusals.copyUnavailable(copy, "it lacks the type of a parameter"));
        }
        try {
            meaning.apply(upstream);
        } catch (ChangeRefusedException e) {
            throw new ChangeRefusedException(
                    HoldRefusals.copyUnavailable(copy, "it does not take the session's settings"),
                    e);
        }
        return run(statement.elsewhere(types), limits).effect().measuredOn(copy);
    }

    /// Within a transaction that stands open, in a savepoint of its own. What the savepoint leaves behind
    /// in the counters is taken off from then on.
    public MeasuredEffect within(
            GuardedTransaction transaction, HeldMessages statement, RowLimits limits)
            throws ChangeRefusedException {
        upstream.send(upstream.encoded(List.of(SAVEPOINT)));
        upstream.ready(TransactionStatus.IN_TRANSACTION);
        Result result = result(statement, limits);
        upstream.send(upstream.encoded(List.of(BACK, RELEASE)));
        upstream.ready(TransactionStatus.IN_TRANSACTION);
        transaction.rehearsed(result.measured());
        return result.effect();
    }

    /// @param refused why there is no effect; then the rest is without meaning
    private record Result(
            @Nullable ChangeRefusedException refused,
            Measurement measured,
            MeasuredEffect measuredEffect) {
        MeasuredEffect effect() throws ChangeRefusedException {
            if (refused != null) {
                throw refused;
            }
            return measuredEffect;
        }
    }

    /// A connection that is lost or out of step ends everything; any other refusal is a result, behind
    /// which the transaction is rolled back.
    private Result result(HeldMessages statement, RowLimits limits) throws ChangeRefusedException {
        try {
            return run(statement, limits);
        } catch (ChangeRefusedException e) {
            if (!upstream.isInStepBehind(e)) {
                throw e;
            }
            return new Result(e, Measurement.NOTHING, MeasuredEffect.NONE);
        }
    }

    private Result run(HeldMessages statement, RowLimits limits) throws ChangeRefusedException {
        long logBefore =
                number(upstream.ask(List.of(LOCK_TIME, STATEMENT_TIME, LOG_POSITION)).getLast());
        List<String> plan = new PlanReading(upstream).of(statement);
        // Behind the plan, so that whatever the planner tried counts for nothing.
        Measurement before =
                Counters.read(upstream.ask(GuardedTransaction.measuring()).getFirst())
                        .measurement();
        long begin = System.nanoTime();
        ByteBuf out = upstream.buffer();
        statement.run(out);
        SYNC.encode(out);
        upstream.send(out);
        Ended ended = new StatementRelay(upstream, new Nobody()).statement();
        upstream.ready();
        long micros = (System.nanoTime() - begin) / 1_000;
        ByteBuf error = ended.error();
        if (error != null) {
            ErrorFields fields =
                    ((BackendMessage.ErrorResponse) BackendMessage.decode(error)).fields();
            error.release();
            throw new ChangeRefusedException(
                    HoldRefusals.rehearsalFailed(
                            ended.sqlState(),
                            Objects.requireNonNullElse(WithheldWords.message(fields), "")));
        }
        if (ended.last() != null) {
            ended.last().release();
        }
        Measurement measured =
                Counters.read(upstream.ask(GuardedTransaction.settling()).getLast())
                        .measurement()
                        .minus(before);
        requireWithin(limits, measured);
        List<List<List<@Nullable String>>> about = upstream.ask(List.of(LOCKS, LOG_POSITION));
        Examined examined = guards.keeper().examine(principal, measured, upstream);
        return new Result(
                null,
                measured,
                new MeasuredEffect(
                        examined.tables(),
                        List.of(),
                        examined.samples(),
                        about.getFirst().stream()
                                .map(row -> String.valueOf(row.getFirst()))
                                .toList(),
                        plan,
                        micros,
                        number(about.getLast()) - logBefore));
    }

    /// Nobody is asked about what a limit forbids whoever approves it.
    private static void requireWithin(RowLimits limits, Measurement measured)
            throws ChangeRefusedException {
        long rows = measured.rows();
        Refusal refusal = null;
        if (limits.statementMax() > 0 && rows > limits.statementMax()) {
            refusal =
                    GuardedRefusals.tooManyRows(
                            "limit.rows-per-statement",
                            "statement",
                            rows,
                            limits.statementMax(),
                            measured);
        } else if (limits.transactionMax() > 0 && rows > limits.transactionMax()) {
            refusal =
                    GuardedRefusals.tooManyRows(
                            "limit.rows-per-transaction",
                            "transaction",
                            rows,
                            limits.transactionMax(),
                            measured);
        }
        if (refusal != null) {
            throw new ChangeRefusedException(refusal);
        }
    }

    private static long number(List<List<@Nullable String>> rows) {
        return (long) Double.parseDouble(String.valueOf(rows.getFirst().getFirst()));
    }

    /// Takes what the statement returns.
    private static final class Nobody implements StatementRelay.Client {
        @Override
        public void send(ByteBuf bytes) {
            bytes.release();
        }

        @Override
        public @Nullable Refusal deliver(int rowBytes) {
            return null;
        }

        @Override
        public void copyInBegins() {}

        @Override
        public void copyInEnds() {}
    }
}
