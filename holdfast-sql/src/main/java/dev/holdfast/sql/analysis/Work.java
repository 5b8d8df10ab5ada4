package dev.holdfast.sql.analysis;

/// Bounds what a statement may cost to look at. Names are looked up in scopes, and both can be as many
/// as a text has room for: beyond the bound nothing is looked up any more, and everything is assumed.
final class Work {
    /// Steps of about 20 ns. A statement of ten tables and a hundred columns takes about 1,000.
    static final int STEPS_MAX = 2_000_000;

    private int steps;

    void spend(int amount) {
        // Cannot overflow: nothing is spent any more once it is exhausted, and no amount is that
        // large.
        steps += amount;
    }

    boolean exhausted() {
        return steps > STEPS_MAX;
    }
}
