package dev.holdfast.sql.catalog;

import java.util.ArrayList;
import java.util.List;

/// A primary key or unique constraint.
///
/// @param columns their names, in the key's order
public record Key(long relation, String name, boolean primary, List<String> columns) {
    public Key {
        columns = List.copyOf(columns);
    }

    /// This key with the columns of another part of it behind its own.
    public Key and(Key rest) {
        List<String> all = new ArrayList<>(columns);
        all.addAll(rest.columns);
        return new Key(relation, name, primary, all);
    }
}
