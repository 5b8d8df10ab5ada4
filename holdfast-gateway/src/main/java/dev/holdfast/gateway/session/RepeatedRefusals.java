package dev.holdfast.gateway.session;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Keeps a client that is refused the same thing again and again from flooding the record: the first
/// refusal is written at once, those that follow are counted, and written as one entry each second.
///
/// Nothing of a refusal is lost by that: an entry stands for refusals of one text by one rule.
final class RepeatedRefusals {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// So many different refusals are counted at once; more are written one by one.
    private static final int KINDS_MAX = 16;

    /// Longer texts are not kept for it.
    private static final int TEXT_CHARACTERS_MAX = 16 << 10;

    private final Map<Kind, Count> kinds = new LinkedHashMap<>();

    /// What makes refusals the same.
    record Kind(String statement, String decision, String rule, String sqlState) {}

    private static final class Count {
        private long sinceNanos;
        private long refusals;
    }

    /// Where counts are written.
    interface Writer {
        /// Writes an entry.
        ///
        /// @param refusals how many there were since the last entry
        /// @return false if it could not be written
        boolean write(Kind kind, long refusals, long nanos);
    }

    /// Counts a refusal.
    ///
    /// @return whether it is counted, and will be written later; otherwise it is to be written now
    boolean count(Kind kind, long nowNanos) {
        Count count = kinds.get(kind);
        if (count == null) {
            if (kinds.size() < KINDS_MAX && kind.statement.length() <= TEXT_CHARACTERS_MAX) {
                Count begun = new Count();
                begun.sinceNanos = nowNanos;
                kinds.put(kind, begun);
            }
            return false;
        }
        count.refusals++;
        return true;
    }

    /// Writes what has been counted for long enough.
    ///
    /// @param all whether to write everything, because the session ends
    /// @return false if something could not be written
    boolean write(long nowNanos, boolean all, Writer writer) {
        boolean written = true;
        for (Iterator<Map.Entry<Kind, Count>> each = kinds.entrySet().iterator();
                each.hasNext(); ) {
            Map.Entry<Kind, Count> entry = each.next();
            Count count = entry.getValue();
            long nanos = nowNanos - count.sinceNanos;
            if (nanos < INTERVAL_NANOS && !all) {
                continue;
            }
            if (count.refusals == 0) {
                each.remove();
                continue;
            }
            written &= writer.write(entry.getKey(), count.refusals, nanos);
            count.refusals = 0;
            count.sinceNanos = nowNanos;
        }
        return written;
    }
}
