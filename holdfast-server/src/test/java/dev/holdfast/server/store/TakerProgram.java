package dev.holdfast.server.store;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.nio.file.Path;
import java.time.InstantSource;

/// Another gateway over the same store: takes rows one by one until it may not, and prints how many.
final class TakerProgram {
    static final int MAX = 200;

    private TakerProgram() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        RowLimits limits = new RowLimits(0, 0, MAX, 0, 0);
        long taken = 0;
        try (ControlStore store = new ControlStore(Path.of(arguments[0]))) {
            StoredRowLedger ledger = new StoredRowLedger(store, InstantSource.system());
            Principal principal = new Principal("cleaner", "shop", "cleaning");
            Refusal refusal = ledger.take(principal, 1, limits);
            while (refusal == null) {
                taken++;
                refusal = ledger.take(principal, 1, limits);
            }
            if (!refusal.rule().equals("limit.rows-per-hour")) {
                throw new IllegalStateException(refusal.toString());
            }
        }
        System.out.println(taken);
    }
}
