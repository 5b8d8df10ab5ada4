package dev.holdfast.guard.decision;

/// How many rows may be changed, by whatever way; 0 for any number.
///
/// @param statementMax by one statement
/// @param transactionMax by one transaction
/// @param hourMax by the agent in this database in any 60 minutes
/// @param taskMax by the agent in this database for its task
/// @param holdOver by one transaction without a person's word
public record RowLimits(
        long statementMax, long transactionMax, long hourMax, long taskMax, long holdOver) {

    /// Any number.
    public static final RowLimits NONE = new RowLimits(0, 0, 0, 0, 0);

    public RowLimits {
        if (statementMax < 0 || transactionMax < 0 || hourMax < 0 || taskMax < 0 || holdOver < 0) {
            throw new IllegalArgumentException(
                    "limits: %d, %d, %d, %d, %d (expected: >= 0)"
                            .formatted(statementMax, transactionMax, hourMax, taskMax, holdOver));
        }
    }

    /// Where both hold: of each the smaller.
    public RowLimits and(RowLimits other) {
        return new RowLimits(
                smaller(statementMax, other.statementMax),
                smaller(transactionMax, other.transactionMax),
                smaller(hourMax, other.hourMax),
                smaller(taskMax, other.taskMax),
                smaller(holdOver, other.holdOver));
    }

    static long smaller(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }
}
