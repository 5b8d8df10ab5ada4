package dev.holdfast.guard.decision;

/// What is owed when an allowed query string runs.
///
/// @param guarded whether it writes, so that it may only run measured, with before-images, in the
///     guarded lane; otherwise it runs in the fast lane
/// @param resultRowsMax how many rows it may return; 0 for any number
/// @param resultBytesMax how many bytes of rows it may return; 0 for any number
/// @param statementMillisMax how long it may run, milliseconds; 0 for no limit of its own
public record Obligations(
        boolean guarded, long resultRowsMax, long resultBytesMax, long statementMillisMax) {

    /// Nothing is owed.
    public static final Obligations NONE = new Obligations(false, 0, 0, 0);

    /// What is owed where both are: of each limit the smaller.
    public Obligations and(Obligations other) {
        if (other.equals(NONE) || other.equals(this)) {
            return this;
        }
        return new Obligations(
                guarded || other.guarded,
                smaller(resultRowsMax, other.resultRowsMax),
                smaller(resultBytesMax, other.resultBytesMax),
                smaller(statementMillisMax, other.statementMillisMax));
    }

    /// Whether rows or bytes of a result are to be counted.
    public boolean limitsResult() {
        return resultRowsMax > 0 || resultBytesMax > 0;
    }

    private static long smaller(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }
}
