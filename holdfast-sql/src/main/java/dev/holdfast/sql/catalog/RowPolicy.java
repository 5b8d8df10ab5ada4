package dev.holdfast.sql.catalog;

/// A row-security policy.
///
/// @param relation the table that it guards
/// @param command the statements that it is applied to
/// @param using what the condition for existing rows uses
/// @param check what the condition for new rows uses
public record RowPolicy(
        long relation, String name, Command command, References using, References check) {

    public enum Command {
        ALL,
        SELECT,
        INSERT,
        UPDATE,
        DELETE
    }

    /// Whether it is applied to reading.
    public boolean reads() {
        return command == Command.ALL || command == Command.SELECT;
    }
}
