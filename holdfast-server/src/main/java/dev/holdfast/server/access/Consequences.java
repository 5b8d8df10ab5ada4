package dev.holdfast.server.access;

import java.util.List;

/// What follows from an order that is in the store and in memory: sessions end, connections close, roles are
/// locked.
interface Consequences {
    /// These grants have ended; sessions that have no right to go on end.
    ///
    /// @return how many sessions ended
    int ended(List<Grant> grants);

    /// Work has been stopped.
    ///
    /// @return how many sessions ended
    int stopped(Stop stop);

    /// Work may go on.
    void resumed();

    /// Where no gateway runs.
    record None() implements Consequences {
        @Override
        public int ended(List<Grant> grants) {
            return 0;
        }

        @Override
        public int stopped(Stop stop) {
            return 0;
        }

        @Override
        public void resumed() {
            // Nothing runs.
        }
    }
}
