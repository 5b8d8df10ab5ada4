package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeKeeper.Examined;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Meanwhile;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One transaction of an agent that may write, from its first statement to its outcome.
///
/// After each statement the database's own counters say how many rows it has changed by whatever way
/// ([#measuring]). Before COMMIT deferred constraints are settled, the counters are read again, what the
/// agent may change in an hour and for its task is taken from the ledger, everything that changed is
/// kept in the undo journal, and the record is written; all of it is on the disk before COMMIT is sent
/// ([#prepare]), and what does not rest on the other is done at the same time. The first thing that fails
/// rolls it back.
///
/// Used by one virtual thread at a time.
public final class GuardedTransaction {
    /// Deferred triggers that fire triggers: so often is looked whether the counts stand still.
    private static final int SETTLE_ROUNDS_MAX = 8;

    /// Which of the answers to [#settling] is the measurement.
    private static final int MEASURED = 2;

    /// So much of the statements' texts is kept for the journal: the images tell what they did.
    private static final long TEXT_CHARACTERS_MAX = 8 << 20;

    private final Guards guards;
    private final Principal principal;
    private final long sessionId;
    private final GrantedTables granted;
    private final long startedAtEpochMicros;
    private final List<WriteTransaction.Run> statements = new ArrayList<>();

    private long textCharacters;
    private int unkeptStatements;
    private RowLimits limits = RowLimits.NONE;
    private boolean shadow;
    private volatile boolean withholds;
    private Measurement measured = Measurement.NOTHING;

    /// How many rows the statement changed that changed the most.
    private long mostByStatement;

    private String virtualTransaction = "";

    /// What rehearsals in savepoints left behind in the counters.
    private Measurement rehearsed = Measurement.NOTHING;

    private final List<Approval> approvals = new ArrayList<>();
    private @Nullable HeldStatement unapproved;
    private @Nullable Approval current;
    private Measurement unapprovedChanges = Measurement.NOTHING;

    /// Written by whoever takes them, who has ended when it is read.
    private volatile long takenRows;

    private @Nullable KeptTransaction kept;

    /// The id under which the record says that it is about to commit, and not yet how it ended.
    private volatile String announced = "";

    public GuardedTransaction(
            Guards guards, Principal principal, long sessionId, GrantedTables granted) {
        this.guards = guards;
        this.principal = principal;
        this.sessionId = sessionId;
        this.granted = granted;
        this.startedAtEpochMicros = guards.clock().millis() * 1_000;
    }

    /// What measures, to be sent in one packet with what is measured.
    public static List<Question> measuring() {
        return List.of(new Question(Counters.MEASURE));
    }

    /// What settles deferred constraints, what the first time deferred too, and then measures.
    static List<Question> settling() {
        Question settle = new Question(Counters.SETTLE);
        return List.of(settle, settle, new Question(Counters.MEASURE));
    }

    /// A statement that may write is about to run: it counts, whatever comes of it.
    ///
    /// @param asked the statement as people would be asked about it, where more rows than some number
    ///     need their word; null otherwise
    public void begins(
            WriteTransaction.Run statement, Obligations owed, @Nullable HeldStatement asked) {
        unapproved = asked;
        textCharacters += statement.text().length();
        if (textCharacters <= TEXT_CHARACTERS_MAX) {
            statements.add(statement);
        } else {
            unkeptStatements++;
        }
        limits = limits.and(owed.rows());
        shadow |= owed.shadow();
        withholds |= owed.withholds();
    }

    /// Whether what PostgreSQL says of rows may quote what is closed to the agent; also of rows that were
    /// changed before, whose deferred constraints are still open. Any thread.
    public boolean withholds() {
        return withholds;
    }

    /// The statement that begins next was approved: it may do as much and no more.
    public void approvedBy(Approval approval) {
        approvals.add(approval);
        current = approval;
    }

    /// Whether it has changed rows that only this transaction sees; what was rolled back to a savepoint counts.
    public boolean hasChangedRows() {
        return !measured.leavesRowsAlone();
    }

    /// A rehearsal was rolled back within this transaction; the counters go on counting what it did.
    void rehearsed(Measurement undone) {
        rehearsed = rehearsed.plus(undone);
    }

    /// Compares what a statement did with what it may.
    ///
    /// @param rows the answer to [#measuring]
    public void statementMeasured(List<List<@Nullable String>> rows, Obligations owed)
            throws ChangeRefusedException {
        Measurement before = measured;
        measured = read(rows);
        long changed = measured.rows() - before.rows();
        mostByStatement = Math.max(mostByStatement, changed);
        Approval approval = current;
        current = null;
        if (approval != null) {
            requireNoGrowth(approval, measured.minus(before));
        } else {
            unapprovedChanges = unapprovedChanges.plus(measured.minus(before));
        }
        long statementMax = owed.rows().statementMax();
        if (statementMax > 0 && changed > statementMax) {
            throw new ChangeRefusedException(
                    GuardedRefusals.tooManyRows(
                            "limit.rows-per-statement",
                            "statement",
                            changed,
                            statementMax,
                            measured));
        }
        requireTransactionLimit();
    }

    private void requireNoGrowth(Approval approval, Measurement done)
            throws ChangeRefusedException {
        List<String> growth = approval.effect().growth(done.tables());
        if (!growth.isEmpty()) {
            // At once: the transaction may stay open, failed, for as long as its client likes.
            guards.approvals().ended(approval.id(), Approvals.Ending.GREW, "");
            approvals.remove(approval);
            throw new ChangeRefusedException(HoldRefusals.grew(approval.id(), growth));
        }
    }

    /// What deferred triggers changed belongs to some statement, and nobody can tell to which: it is counted
    /// with the one that changed the most. So is what was changed since the last statement that may write.
    private void requireStatementLimit(long deferred) throws ChangeRefusedException {
        long max = limits.statementMax();
        long rows = mostByStatement + deferred;
        if (max > 0 && deferred > 0 && rows > max) {
            throw new ChangeRefusedException(
                    GuardedRefusals.tooManyRows(
                            "limit.rows-per-statement", "statement", rows, max, measured));
        }
    }

    private void requireTransactionLimit() throws ChangeRefusedException {
        long max = limits.transactionMax();
        if (max > 0 && measured.rows() > max) {
            throw new ChangeRefusedException(
                    GuardedRefusals.tooManyRows(
                            "limit.rows-per-transaction",
                            "transaction",
                            measured.rows(),
                            max,
                            measured));
        }
    }

    private Measurement read(List<List<@Nullable String>> rows) throws ChangeRefusedException {
        Counters.Reading reading = Counters.read(rows);
        if (virtualTransaction.isEmpty()) {
            virtualTransaction = reading.virtualTransaction();
        } else if (!virtualTransaction.equals(reading.virtualTransaction())) {
            // Something ended our transaction and began another. What it did has been done.
            throw new ChangeRefusedException(GuardedRefusals.outOfStep());
        }
        return reading.measurement().minus(rehearsed);
    }

    /// Everything between the last statement and COMMIT. When it returns the transaction may commit:
    /// what it changed is kept, counted and on record.
    ///
    /// @return whether it wrote anything; if not there is nothing to keep
    public boolean prepare(UpstreamDialogue upstream) throws ChangeRefusedException {
        long byStatements = measured.rows();
        settle(upstream);
        if (measured.leavesRowsAlone()) {
            return false;
        }
        if (statements.isEmpty()) {
            // Every statement was taken for a read; no limit was named, and nobody allowed a write.
            throw new ChangeRefusedException(GuardedRefusals.unforeseen(measured));
        }
        granted.require(approvals.isEmpty() ? measured : unapprovedChanges);
        requireStatementLimit(measured.rows() - byStatements);
        requireTransactionLimit();
        if (shadow) {
            throw new ChangeRefusedException(GuardedRefusals.shadow(measured));
        }
        long rows = measured.rows();
        if (!approvals.isEmpty()) {
            requireNoDeferredGrowth();
        }
        long unapproved = approvals.isEmpty() ? rows : unapprovedChanges.rows();
        if (limits.holdOver() > 0 && unapproved > limits.holdOver()) {
            throw held(upstream, rows);
        }
        keep(upstream);
        return true;
    }

    /// Deferred triggers have fired by now; those of approved statements were rehearsed too. What others
    /// deferred cannot be told from that, so it counts as growth.
    private void requireNoDeferredGrowth() throws ChangeRefusedException {
        List<TableEffect> allowed = new ArrayList<>();
        approvals.forEach(approval -> allowed.addAll(approval.effect().tables()));
        for (TableChange table : unapprovedChanges.tables()) {
            allowed.add(
                    new TableEffect(
                            table.relation(),
                            table.inserted(),
                            table.updated(),
                            table.deleted(),
                            -1));
        }
        List<String> growth =
                new MeasuredEffect(allowed, List.of(), List.of(), List.of(), List.of(), 0, -1)
                        .growth(measured.tables());
        if (!growth.isEmpty()) {
            String id = approvals.getFirst().id();
            endApprovals(Approvals.Ending.GREW, "");
            throw new ChangeRefusedException(HoldRefusals.grew(id, growth));
        }
    }

    /// So many rows need a person's word: asked for here, for the next time.
    private ChangeRefusedException held(UpstreamDialogue upstream, long rows)
            throws ChangeRefusedException {
        Refusal refusal = GuardedRefusals.held(rows, limits.holdOver(), measured);
        HeldStatement statement = unapproved;
        if (statements.size() != 1 || statement == null) {
            return new ChangeRefusedException(refusal);
        }
        Examined examined = guards.keeper().examine(principal, measured, upstream);
        MeasuredEffect effect =
                new MeasuredEffect(
                        examined.tables(),
                        List.of(),
                        examined.samples(),
                        List.of(),
                        List.of(),
                        0,
                        -1);
        Standing standing = guards.approvals().standing(statement);
        if (standing instanceof Standing.Unasked) {
            standing = guards.approvals().ask(statement, effect);
        }
        return new ChangeRefusedException(
                switch (standing) {
                    case Standing.Pending(String id, _) ->
                            HoldRefusals.waiting(refusal, id, Duration.ZERO);
                    case Standing.Approved(String id) ->
                            HoldRefusals.waiting(refusal, id, Duration.ZERO);
                    case Standing.Rejected rejected -> HoldRefusals.rejected(rejected);
                    case Standing.ChangesRequested wanted -> HoldRefusals.changesRequested(wanted);
                    case Standing.Unasked _ -> refusal;
                });
    }

    /// Rows are taken, images collected; then journal and record go to the disk. What one of them makes
    /// impossible ends all.
    private void keep(UpstreamDialogue upstream) throws ChangeRefusedException {
        long rows = measured.rows();
        try (Meanwhile<@Nullable Refusal> taking =
                Meanwhile.begin("ledger-" + sessionId, () -> take(rows))) {
            KeptTransaction done =
                    guards.keeper().keep(about(), measured, upstream, id -> announce(id, taking));
            kept = done;
            if (!announced.equals(done.id())) {
                throw new ChangeRefusedException(GuardedRefusals.recordUnavailable());
            }
        }
    }

    private @Nullable Refusal take(long rows) {
        Refusal exhausted = guards.ledger().take(principal, rows, limits);
        if (exhausted == null) {
            takenRows = rows;
        }
        return exhausted;
    }

    private void announce(String id, Meanwhile<@Nullable Refusal> taking)
            throws ChangeRefusedException {
        Refusal exhausted = taking.result();
        if (exhausted != null) {
            throw new ChangeRefusedException(exhausted);
        }
        // First: an entry that is not durable in time may get there later.
        announced = id;
        if (!guards.audit().recordDurably(entry("committing", id))) {
            throw new ChangeRefusedException(GuardedRefusals.recordUnavailable());
        }
    }

    private void settle(UpstreamDialogue upstream) throws ChangeRefusedException {
        // What was deferred and changes rows changes the counts. Where they stand still there was
        // no such thing, so that nothing can have deferred anything anew.
        for (int round = 1; round <= SETTLE_ROUNDS_MAX; round++) {
            Measurement before = measured;
            measured = read(settled(upstream).get(MEASURED));
            if (measured.equals(before)) {
                return;
            }
        }
        throw new ChangeRefusedException(GuardedRefusals.settling(SETTLE_ROUNDS_MAX));
    }

    /// A deferred constraint that fails is the agent's own error; a measurement that fails is not.
    private static List<List<List<@Nullable String>>> settled(UpstreamDialogue upstream)
            throws ChangeRefusedException {
        try {
            return upstream.ask(settling());
        } catch (ChangeRefusedException e) {
            if (e.getCause() instanceof PostgresErrorException error
                    && error.question() < MEASURED) {
                throw e;
            }
            throw new ChangeRefusedException(e.refusal());
        }
    }

    private WriteTransaction about() {
        List<WriteTransaction.Run> told = new ArrayList<>(statements);
        if (unkeptStatements > 0) {
            String more = "(" + unkeptStatements + " statements more)";
            told.add(new WriteTransaction.Run(more, more, List.of(), ""));
        }
        return new WriteTransaction(
                principal,
                sessionId,
                startedAtEpochMicros,
                told,
                approvals.stream().map(Approval::id).toList());
    }

    /// PostgreSQL has confirmed COMMIT.
    public void committed() {
        takenRows = 0;
        endApprovals(Approvals.Ending.COMMITTED, id());
        KeptTransaction done = kept;
        announced = "";
        if (done != null) {
            kept = null;
            done.committed();
            guards.audit().record(entry("committed", done.id()));
        }
    }

    /// It is rolled back, or COMMIT was never sent and the connection is gone.
    public void rolledBack() {
        endApprovals(Approvals.Ending.ROLLED_BACK, "");
        if (takenRows > 0) {
            guards.ledger().giveBack(principal, takenRows);
            takenRows = 0;
        }
        KeptTransaction done = kept;
        if (done != null) {
            kept = null;
            done.rolledBack();
        }
        if (!announced.isEmpty()) {
            guards.audit().record(entry("rolled-back", announced));
            announced = "";
        }
    }

    /// COMMIT was sent and its answer was lost.
    ///
    /// @return what the client is told
    public Refusal lostBehindCommit() {
        KeptTransaction asked = kept;
        if (asked == null) {
            endApprovals(Approvals.Ending.UNKNOWN, "");
            return GuardedRefusals.upstreamLost();
        }
        kept = null;
        announced = "";
        long taken = takenRows;
        takenRows = 0;
        String id = asked.id();
        return switch (asked.resolve()) {
            case COMMITTED -> {
                endApprovals(Approvals.Ending.COMMITTED, id);
                guards.audit().record(entry("committed", id));
                yield GuardedRefusals.committedButLost(id);
            }
            case ROLLED_BACK -> {
                endApprovals(Approvals.Ending.ROLLED_BACK, "");
                guards.ledger().giveBack(principal, taken);
                guards.audit().record(entry("rolled-back", id));
                yield GuardedRefusals.rolledBackAfterLoss();
            }
            case AMBIGUOUS -> {
                endApprovals(Approvals.Ending.UNKNOWN, id);
                guards.audit().record(entry("ambiguous", id));
                yield GuardedRefusals.ambiguous(id);
            }
        };
    }

    /// The client was told that COMMIT was obeyed, and the connection was lost before PostgreSQL was ready.
    public static Refusal lostBehindToldCommit(String id) {
        return GuardedRefusals.committedButLost(id);
    }

    /// Whether people's word was taken whose use is not told yet.
    public boolean usesApprovals() {
        return !approvals.isEmpty();
    }

    private void endApprovals(Approvals.Ending ending, String transaction) {
        for (Approval approval : approvals) {
            guards.approvals().ended(approval.id(), ending, transaction);
        }
        approvals.clear();
    }

    /// Under which the journal has it; empty where nothing is kept.
    public String id() {
        KeptTransaction known = kept;
        return known == null ? "" : known.id();
    }

    private AuditEntry entry(String outcome, String id) {
        String last = statements.isEmpty() ? "" : statements.getLast().redacted();
        String rule = statements.isEmpty() ? "" : statements.getLast().rule();
        String text = statements.size() == 1 ? last : "(" + statements.size() + ") " + last;
        long now = guards.clock().millis() * 1_000;
        return new AuditEntry(
                startedAtEpochMicros,
                sessionId,
                principal.agent(),
                principal.database(),
                text,
                "allow",
                rule,
                outcome,
                "00000",
                measured.rows(),
                now - startedAtEpochMicros,
                1,
                id.isEmpty() ? id() : id);
    }
}
