package dev.holdfast.guard.decision;

/// What is owed when an allowed query string runs.
///
/// @param guarded whether it writes, so that it may only run measured, with before-images, in the
///     guarded lane; otherwise it runs in the fast lane
/// @param resultRowsMax how many rows it may return; 0 for any number
/// @param resultBytesMax how many bytes of rows it may return; 0 for any number
/// @param statementMillisMax how long it may run, milliseconds; 0 for no limit of its own
/// @param rows how many rows it and its transaction may change; without meaning where not guarded
/// @param shadow whether its transaction is rolled back whatever it did, and the agent is told
/// @param withholds whether rows that it changes hold what is closed to the agent, so that what PostgreSQL
///     says of them in errors and notices must not reach it
public record Obligations(
        boolean guarded,
        long resultRowsMax,
        long resultBytesMax,
        long statementMillisMax,
        RowLimits rows,
        boolean shadow,
        boolean withholds) {

    /// Nothing is owed.
    public static final Obligations NONE = new Obligations(false, 0, 0, 0);

    /// Without limits of rows.
    public Obligations(
            boolean guarded, long resultRowsMax, long resultBytesMax, long statementMillisMax) {
        this(guarded, resultRowsMax, resultBytesMax, statementMillisMax, RowLimits.NONE, false);
    }

    /// Where nothing of the rows is closed to the agent.
    public Obligations(
            boolean guarded,
            long resultRowsMax,
            long resultBytesMax,
            long statementMillisMax,
            RowLimits rows,
            boolean shadow) {
        this(guarded, resultRowsMax, resultBytesMax, statementMillisMax, rows, shadow, false);
    }

    /// What is owed where both are: of each limit the smaller.
    public Obligations and(Obligations other) {
        if (other.equals(NONE) || other.equals(this)) {
            return this;
        }
        return new Obligations(
                guarded || other.guarded,
                RowLimits.smaller(resultRowsMax, other.resultRowsMax),
                RowLimits.smaller(resultBytesMax, other.resultBytesMax),
                RowLimits.smaller(statementMillisMax, other.statementMillisMax),
                rows.and(other.rows),
                shadow || other.shadow,
                withholds || other.withholds);
    }

    /// Whether rows or bytes of a result are to be counted.
    public boolean limitsResult() {
        return resultRowsMax > 0 || resultBytesMax > 0;
    }
}
