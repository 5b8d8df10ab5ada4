package dev.holdfast.sql.catalog;

import java.util.List;

/// A function, procedure, aggregate or window function.
///
/// @param arguments the types of its input arguments
/// @param defaults how many of the last arguments may be left out
/// @param variadic whether its last argument takes any number of values
/// @param language the name of its language: `c`, `internal`, `sql`, `plpgsql`
/// @param configuration settings that hold while it runs, `name=value`
/// @param extension the extension that it belongs to; empty where there is none
/// @param kind what it is
/// @param returnType the type of its result; 0 for a procedure
/// @param definition the `CREATE FUNCTION` that makes it, every name in it qualified that can be; empty
///     unless it is a user's in SQL or PL/pgSQL
/// @param parts the functions that an aggregate is made of
public record Function(
        long oid,
        String schema,
        String name,
        List<Long> arguments,
        int defaults,
        boolean variadic,
        Volatility volatility,
        String language,
        boolean securityDefiner,
        List<String> configuration,
        String extension,
        Kind kind,
        long returnType,
        String definition,
        List<Long> parts) {
    /// The result of a trigger function, `pg_type.oid`.
    private static final long TRIGGER = 2279;

    public enum Kind {
        FUNCTION,
        PROCEDURE,
        AGGREGATE,
        WINDOW
    }

    /// What its owner declares: PostgreSQL does not check it.
    public enum Volatility {
        IMMUTABLE,
        STABLE,
        VOLATILE
    }

    public Function {
        arguments = List.copyOf(arguments);
        configuration = List.copyOf(configuration);
        parts = List.copyOf(parts);
    }

    /// Whether `initdb` made it.
    public boolean builtIn() {
        return CatalogSnapshot.builtIn(oid);
    }

    /// Whether it can be called with this many arguments.
    public boolean takes(int count) {
        return variadic
                ? count >= arguments.size() - defaults - 1
                : count >= arguments.size() - defaults && count <= arguments.size();
    }

    /// Whether only a trigger can call it.
    public boolean ofTriggers() {
        return returnType == TRIGGER;
    }

    /// `schema.name`, as people read it.
    public String qualified() {
        return schema + "." + name;
    }
}
