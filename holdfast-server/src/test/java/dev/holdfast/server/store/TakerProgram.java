package dev.holdfast.server.store;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Another gateway over the same store: takes rows one by one until it may not, and prints how many.
final class TakerProgram {
    static final int MAX = 200;

    private static final int OPENING_MAX = 10;

    private TakerProgram() {}

    private static boolean isUnavailable(@Nullable Refusal refusal) {
        return refusal != null && refusal.rule().equals("limit.ledger-unavailable");
    }

    /// @param place a file; or host, port, database, role and password
    static ControlStore store(List<String> place) {
        return place.size() == 1
                ? new ControlStore(Path.of(place.getFirst()))
                : new ControlStore(
                        new PostgresStore(
                                place.get(0),
                                Integer.parseInt(place.get(1)),
                                place.get(2),
                                place.get(3),
                                () -> place.get(4),
                                Map.of("sslmode", "disable")));
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        RowLimits limits = new RowLimits(0, 0, MAX, 0, 0);
        long taken = 0;
        try (ControlStore store = store(List.of(arguments))) {
            StoredRowLedger ledger = new StoredRowLedger(store, InstantSource.system());
            Principal principal = new Principal("cleaner", "shop", "cleaning");
            Refusal refusal = ledger.take(principal, 1, limits);
            for (int i = 1; i < OPENING_MAX && isUnavailable(refusal); i++) {
                // A machine that has much to do may need longer to open a store than a gateway
                // waits.
                refusal = ledger.take(principal, 1, limits);
            }
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
