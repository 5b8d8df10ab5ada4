package dev.holdfast.server.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which cluster a transaction ran in, so that its outcome is never asked of another one: a copy, a
/// restored backup, a promoted standby that lost the last commits. Each of them gives out the same
/// transaction ids again, to other transactions.
///
/// @param system the cluster's system identifier; empty where it is not known
/// @param timeline the timeline of its WAL; a promotion or a restore to a point in time begins a new one
public record ClusterFacts(String system, String timeline) {
    /// Nothing is known: the outcome cannot be told later.
    public static final ClusterFacts UNKNOWN = new ClusterFacts("", "");

    /// What [CommitPoint#CLUSTER_QUERY] answered.
    public static ClusterFacts of(List<@Nullable String> row) {
        String system = row.get(0);
        String timeline = row.get(1);
        return system == null || timeline == null ? UNKNOWN : new ClusterFacts(system, timeline);
    }

    /// Whether both are known and the same.
    boolean sameAs(ClusterFacts other) {
        return !system.isEmpty() && !timeline.isEmpty() && equals(other);
    }
}
