package dev.holdfast.server.quarantine;

/// One statement of putting something back.
///
/// @param purpose what it is for, to be read after "cannot": `put back shop.orders`
/// @param sql the statement
/// @param dump the dump that is its input, for a COPY FROM STDIN; empty for others
public record Step(String purpose, String sql, String dump) {
    public Step(String purpose, String sql) {
        this(purpose, sql, "");
    }
}
