package dev.holdfast.sql.analysis;

/// Bounds what a statement may cost to look at. Names are looked up in scopes, and both can be as many
/// as a text has room for: beyond the bound nothing is looked up any more, and everything is assumed.
final class Work {
    /// Steps of about 20 ns. A statement of ten tables and a hundred columns takes about 1,000; what
    /// programs write may need fifty times as many.
    static final int STEPS_MAX = 300_000;

    private int steps;

    void spend(int amount) {
        if (!exhausted()) {
            steps += amount;
        }
    }

    boolean exhausted() {
        return steps > STEPS_MAX;
    }
}
