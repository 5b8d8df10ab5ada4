package dev.holdfast.testkit;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Runs a property on many seeds. A failure names its seed, and `-Dholdfast.seed=N` runs that one
/// alone.
///
/// The seeds are 0, 1, 2 …, not drawn from the clock: a build that was green stays green until the
/// code changes.
public final class Seeds {
    private Seeds() {}

    /// What must hold for whatever the generator yields.
    @FunctionalInterface
    public interface Property {
        /// Throws when the property does not hold.
        void check(RandomGenerator random) throws Exception;
    }

    /// Checks the property for seeds 0 to `count` - 1, or for as many from `-Dholdfast.seed.from=N` on: so long runs
    /// are divided, and gone on with.
    public static void check(int count, Property property) {
        @Nullable Long only = Long.getLong("holdfast.seed");
        if (only != null) {
            checkOne(only, property);
            return;
        }
        long from = Long.getLong("holdfast.seed.from", 0);
        for (long seed = from; seed < from + count; seed++) {
            checkOne(seed, property);
        }
    }

    private static void checkOne(long seed, Property property) {
        try {
            property.check(new SplittableRandom(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " (rerun with -Dholdfast.seed=" + seed + "): " + e, e);
        }
    }
}
