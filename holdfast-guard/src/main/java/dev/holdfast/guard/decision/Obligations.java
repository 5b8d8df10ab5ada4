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
}
