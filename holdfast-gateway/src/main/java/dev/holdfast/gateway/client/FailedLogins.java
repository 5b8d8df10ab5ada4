package dev.holdfast.gateway.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// Counts failed logins by address, so that guessing passwords is slow. Safe for any thread.
///
/// Windows are fixed, not sliding: after its window an address starts afresh. An IPv6 address stands
/// for its /64, which is what one customer gets.
public final class FailedLogins {
    /// More addresses than this are not remembered: the one with the oldest window is forgotten.
    private static final int ADDRESSES_MAX = 10_000;

    private static final int IPV6_PREFIX_BYTES = 8;

    private final int failuresMax;
    private final int windowMillis;
    private final InstantSource clock;
    private final Map<String, Window> windows = new LinkedHashMap<>();

    private record Window(long startMillis, int failures) {}

    /// @param failuresMax failures within a window after which an address is refused
    public FailedLogins(int failuresMax, int windowMillis, InstantSource clock) {
        this.failuresMax = failuresMax;
        this.windowMillis = windowMillis;
        this.clock = clock;
    }

    /// Whether attempts from an address are to be refused unseen.
    public synchronized boolean tooMany(InetAddress address) {
        Window window = windows.get(key(address));
        return window != null && !isOver(window) && window.failures >= failuresMax;
    }

    /// Counts a failure.
    public synchronized void count(InetAddress address) {
        String key = key(address);
        Window window = windows.get(key);
        if (window != null && !isOver(window)) {
            windows.put(key, new Window(window.startMillis, window.failures + 1));
            return;
        }
        // Taken out first, so that the order stays that of the windows' starts.
        windows.remove(key);
        windows.put(key, new Window(clock.millis(), 1));
        if (windows.size() > ADDRESSES_MAX) {
            windows.remove(windows.keySet().iterator().next());
        }
    }

    synchronized int addresses() {
        return windows.size();
    }

    /// A clock that was set back ends the window too, rather than making it last for ever.
    private boolean isOver(Window window) {
        long age = clock.millis() - window.startMillis;
        return age < 0 || age >= windowMillis;
    }

    private static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(
                        address instanceof Inet6Address
                                ? Arrays.copyOf(bytes, IPV6_PREFIX_BYTES)
                                : bytes);
    }
}
