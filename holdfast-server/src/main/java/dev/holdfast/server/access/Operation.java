package dev.holdfast.server.access;

import java.util.Locale;

/// What a grant lets an agent do with rows.
public enum Operation {
    SELECT,
    INSERT,
    UPDATE,
    DELETE;

    /// As people write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
