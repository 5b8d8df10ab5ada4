package dev.holdfast.server.people;

/// What a person may do. No role implies another.
public enum Role {
    /// Sees everything that the console shows.
    VIEWER,
    /// Decides what is held for a person's word.
    REVIEWER,
    /// Gives and takes access, ends sessions, applies an undo.
    OPERATOR,
    /// Invites people and changes settings.
    OWNER
}
