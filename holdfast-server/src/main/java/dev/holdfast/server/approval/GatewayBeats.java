package dev.holdfast.server.approval;

import dev.holdfast.server.store.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Which of the gateways that share a store run. Each counts on in the store at every look; one whose count
/// has stood still for [#SILENT_LOOKS] looks of this gateway's own is taken for gone. No clock is compared
/// with another, and none is read: where this gateway stands still too, its looks do.
///
/// Nothing that must never happen rests on this: a gateway that is gone only seemingly cannot commit what
/// was closed. It spares one that merely is slow.
final class GatewayBeats {
    /// At five seconds each, a minute.
    static final int SILENT_LOOKS = 12;

    private final StoredApprovals stored;
    private final String gateway;
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by the lock.
    private Map<String, Seen> others = Map.of();

    /// @param looks for how many looks the count has been this
    private record Seen(long beats, int looks) {}

    GatewayBeats(StoredApprovals stored, String gateway) {
        this.stored = stored;
        this.gateway = gateway;
    }

    /// Says that this gateway runs, and looks which others do. Called every few seconds.
    void look() throws StoreException {
        List<ClosingTable.Beat> beats =
                stored.transaction(handle -> {
                    ClosingTable.beat(handle, gateway);
                    return ClosingTable.others(handle, gateway);
                });
        lock.lock();
        try {
            Map<String, Seen> now = new HashMap<>();
            for (ClosingTable.Beat beat : beats) {
                Seen before = others.get(beat.gateway());
                int looks =
                        before != null && before.beats() == beat.beats() ? before.looks() + 1 : 0;
                now.put(beat.gateway(), new Seen(beat.beats(), looks));
            }
            others = now;
        } finally {
            lock.unlock();
        }
    }

    /// Whether another gateway has not been heard of for a while. False of one that was not looked at yet.
    boolean isSilent(String other) {
        lock.lock();
        try {
            Seen seen = others.get(other);
            return seen != null && seen.looks() >= SILENT_LOOKS;
        } finally {
            lock.unlock();
        }
    }
}
