package dev.holdfast.guard.change;

/// By which way a change of one table leads to a change of another; or, by a key that refers to its own
/// table, of more rows of the same. It explains what was measured, and bounds nothing.
///
/// @param from the table that comes first, as [TableEffect#relation] names it
/// @param to the table whose rows follow, named likewise
/// @param how what happens to them
/// @param name the foreign key's or the trigger's name; empty for partitions
public record TableLink(String from, String to, How how, String name) {
    /// What happens to the rows that follow.
    public enum How {
        /// They refer to a row that goes, and go with it.
        DELETE,
        /// They refer to a row that goes or whose key changes, and refer to nothing then.
        SET_NULL,
        /// The same, and refer to what stands as the default then.
        SET_DEFAULT,
        /// They refer to a row whose key changes, and follow it.
        UPDATE,
        /// A trigger of the first table may write them.
        TRIGGER
    }
}
