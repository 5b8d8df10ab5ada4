package dev.holdfast.guard.decision;

/// The relation and column that a refusal is about, without quotes; empty where there is none.
public record Subject(String schema, String relation, String column) {
    /// The refusal is about no relation.
    public static final Subject NONE = new Subject("", "", "");
}
