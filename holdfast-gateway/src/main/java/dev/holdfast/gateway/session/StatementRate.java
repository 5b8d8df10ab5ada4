package dev.holdfast.gateway.session;

import java.util.Arrays;

/// How many statements one agent asked for within the last minute, over all its sessions.
///
/// Counted by whole seconds: a statement counts until its second is a minute past, so never more than
/// the limit fall into any sixty seconds, and what is over may have to wait a second longer than it
/// strictly must. Safe for any thread.
final class StatementRate {
    private static final int WINDOW_SECONDS = 60;
    private static final int SLOTS = WINDOW_SECONDS + 1;

    private final int[] counts = new int[SLOTS];
    private long second = Long.MIN_VALUE;
    private int total;

    /// Counts statements if the limit lets them.
    ///
    /// @param count how many, at most the limit
    /// @param max the limit within a minute
    /// @param nowSecond the time in seconds, from a clock that never goes back
    /// @return 0 if they are counted; otherwise after how many seconds they will be
    synchronized int take(int count, int max, long nowSecond) {
        advance(nowSecond);
        if (total + count <= max) {
            counts[slot(second)] += count;
            total += count;
            return 0;
        }
        int over = total + count - max;
        for (int ago = WINDOW_SECONDS; ago >= 0; ago--) {
            over -= counts[slot(second - ago)];
            if (over <= 0) {
                return SLOTS - ago;
            }
        }
        return SLOTS;
    }

    private void advance(long now) {
        if (second == Long.MIN_VALUE || now - second >= SLOTS) {
            Arrays.fill(counts, 0);
            total = 0;
            second = now;
        }
        while (second < now) {
            second++;
            total -= counts[slot(second)];
            counts[slot(second)] = 0;
        }
    }

    private static int slot(long second) {
        return Math.floorMod(second, SLOTS);
    }
}
