package dev.holdfast.server.approval;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Samples of rows without the values that are closed to the agent: whoever decides is shown no more of them
/// than whoever asked, only whether they would be others afterwards.
final class MaskedSamples {
    private static final String MASK = "•••";

    /// In place of a value that is another one than before.
    private static final String MASK_CHANGED = "••• changed";

    private MaskedSamples() {}

    /// The same effect with masks in its samples.
    static MeasuredEffect of(Principal principal, Policy policy, MeasuredEffect effect) {
        List<RowSample> masked = new ArrayList<>();
        for (RowSample sample : effect.samples()) {
            masked.add(masked(principal, policy, sample));
        }
        return effect.withSamples(masked);
    }

    private static RowSample masked(Principal principal, Policy policy, RowSample sample) {
        List<@Nullable String> before = new ArrayList<>(sample.before());
        List<@Nullable String> after = new ArrayList<>(sample.after());
        for (int at = 0; at < sample.columns().size(); at++) {
            if (policy.closesColumn(principal, sample.relation(), sample.columns().get(at))) {
                mask(before, after, at);
            }
        }
        return new RowSample(sample.relation(), sample.columns(), before, after);
    }

    private static void mask(List<@Nullable String> before, List<@Nullable String> after, int at) {
        boolean changed =
                !before.isEmpty()
                        && !after.isEmpty()
                        && !Objects.equals(before.get(at), after.get(at));
        if (!before.isEmpty()) {
            before.set(at, MASK);
        }
        if (!after.isEmpty()) {
            after.set(at, changed ? MASK_CHANGED : MASK);
        }
    }
}
