package dev.holdfast.sql.catalog;

import java.util.List;

/// A type and the functions that making or showing one of its values may call.
///
/// @param base of a [Kind#DOMAIN], the type under it; otherwise 0
/// @param element of an array or range, the type in it; otherwise 0
/// @param relation of a row type, its relation; otherwise 0
/// @param stringCategory whether untyped literals prefer it, `pg_type.typcategory` S
/// @param functions input, output and support functions that `initdb` did not make
/// @param operatorFunctions functions in operator classes for the type that `initdb` did not make: what
///     ORDER BY, DISTINCT and GROUP BY call
/// @param checks what a domain's CHECK constraints use
public record Type(
        long oid,
        String schema,
        String name,
        Kind kind,
        long base,
        long element,
        long relation,
        boolean stringCategory,
        List<Long> functions,
        List<Long> operatorFunctions,
        References checks) {

    /// What `pg_type.typtype` says, with arrays apart.
    public enum Kind {
        BASE,
        ARRAY,
        COMPOSITE,
        DOMAIN,
        ENUM,
        RANGE,
        PSEUDO
    }

    public Type {
        functions = List.copyOf(functions);
        operatorFunctions = List.copyOf(operatorFunctions);
    }

    /// Whether `initdb` made it.
    public boolean builtIn() {
        return CatalogSnapshot.builtIn(oid);
    }

    /// `schema.name`, as people read it.
    public String qualified() {
        return schema + "." + name;
    }
}
