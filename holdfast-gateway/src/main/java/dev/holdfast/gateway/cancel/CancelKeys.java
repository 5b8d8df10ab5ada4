package dev.holdfast.gateway.cancel;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewayMetrics.Counter;
import io.netty.util.concurrent.Future;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The keys that are out, and what each of them cancels. Safe for any thread.
///
/// A CancelRequest comes on a connection of its own, without a login, and is never answered: the key
/// is all that it has. So a wrong key must cost as much as a right one and tell nothing.
public final class CancelKeys {
    private final Map<Integer, Issued> issued = new ConcurrentHashMap<>();
    private final SecureRandom random;
    private final GatewayMetrics metrics;

    /// Compared with where nobody has the process id, so that this takes as long.
    private final SyntheticKey nobody;

    private record Issued(SyntheticKey key, CancelTarget target) {}

    public CancelKeys(SecureRandom random, GatewayMetrics metrics) {
        this.random = random;
        this.metrics = metrics;
        this.nobody = SyntheticKey.random(random, 0);
    }

    /// Makes a key whose process id no other key has now.
    ///
    /// @param minor the protocol's minor version that client and gateway agreed on
    public SyntheticKey issue(int minor, CancelTarget target) {
        while (true) {
            SyntheticKey key = SyntheticKey.random(random, minor);
            if (issued.putIfAbsent(key.processId(), new Issued(key, target)) == null) {
                return key;
            }
        }
    }

    /// Makes a key worthless.
    public void revoke(SyntheticKey key) {
        issued.computeIfPresent(key.processId(), (_, known) -> known.key == key ? null : known);
    }

    /// Does what a CancelRequest asks for, if its key is right.
    ///
    /// @return when it has been passed on; null if nobody has this key
    public @Nullable Future<@Nullable Void> cancel(int processId, byte[] secret) {
        Issued known = issued.get(processId);
        boolean right = (known == null ? nobody : known.key).matches(secret);
        if (known == null || !right) {
            metrics.count(Counter.CANCELS_UNKNOWN);
            return null;
        }
        metrics.count(Counter.CANCELS_FORWARDED);
        return known.target.cancel();
    }

    /// How many keys are out.
    public int count() {
        return issued.size();
    }
}
