package dev.holdfast.gateway.session;

import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.RowLedger;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Keeps in memory what the writer sees of the changed tables, and counts in memory: the gateway's own
/// tests need no second session and no disk. Can be made to refuse, and to be asked before it goes on.
final class MemoryKeeper implements ChangeKeeper, RowLedger {
    static final Refusal REFUSED =
            new Refusal(ErrorCode.IO_ERROR, "undo.test", "cannot be kept", "Rule undo.test.", "-");

    /// One transaction that was kept.
    static final class Kept implements KeptTransaction {
        private final String id;
        final WriteTransaction transaction;
        final Measurement measured;
        final List<String> rows;
        private final MemoryKeeper keeper;
        volatile String outcome = "open";

        Kept(
                String id,
                WriteTransaction transaction,
                Measurement measured,
                List<String> rows,
                MemoryKeeper keeper) {
            this.id = id;
            this.transaction = transaction;
            this.measured = measured;
            this.rows = rows;
            this.keeper = keeper;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public void committed() {
            outcome = "committed";
        }

        @Override
        public void rolledBack() {
            outcome = "rolled back";
        }

        @Override
        public Outcome resolve() {
            outcome = "resolved";
            return keeper.resolution;
        }
    }

    final List<Kept> kept = new CopyOnWriteArrayList<>();
    volatile @Nullable Refusal unavailable;
    volatile @Nullable Refusal refusal;
    volatile @Nullable Refusal ledgerRefusal;
    volatile KeptTransaction.Outcome resolution = KeptTransaction.Outcome.AMBIGUOUS;
    volatile Runnable beforeKeeping = () -> {};
    private long taken;

    @Override
    public @Nullable Refusal unavailable(Principal principal) {
        return unavailable;
    }

    @Override
    public Examined examine(Principal principal, Measurement measured, WritingSession writer) {
        return new Examined(
                measured.tables().stream()
                        .map(table ->
                                new TableEffect(
                                        table.relation(),
                                        table.inserted(),
                                        table.updated(),
                                        table.deleted(),
                                        -1))
                        .toList(),
                List.of());
    }

    @Override
    public KeptTransaction keep(
            WriteTransaction transaction, Measurement measured, WritingSession writer, Also also)
            throws ChangeRefusedException {
        beforeKeeping.run();
        Refusal why = refusal;
        if (why != null) {
            throw new ChangeRefusedException(why);
        }
        List<String> rows = new ArrayList<>();
        for (var table : measured.tables()) {
            writer.copyOut(
                    "SELECT * FROM ONLY " + table.relation(),
                    line -> rows.add(new String(line, StandardCharsets.UTF_8)));
        }
        String id = "txn_" + kept.size();
        Kept done = new Kept(id, transaction, measured, rows, this);
        also.durably(id);
        kept.add(done);
        return done;
    }

    @Override
    public synchronized @Nullable Refusal take(Principal principal, long rows, RowLimits limits) {
        taken += ledgerRefusal == null ? rows : 0;
        return ledgerRefusal;
    }

    @Override
    public synchronized void giveBack(Principal principal, long rows) {
        taken -= rows;
    }

    /// Rows that were taken and not given back.
    synchronized long taken() {
        return taken;
    }

    void reset() {
        kept.clear();
        unavailable = null;
        refusal = null;
        ledgerRefusal = null;
        beforeKeeping = () -> {};
        synchronized (this) {
            taken = 0;
        }
    }
}
