package dev.holdfast.sql.catalog;

import java.util.List;

/// A schema and who may use it.
public record Schema(String name, String owner, List<Grant> grants) {
    public Schema {
        grants = List.copyOf(grants);
    }
}
