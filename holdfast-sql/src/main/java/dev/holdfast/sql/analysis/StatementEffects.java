package dev.holdfast.sql.analysis;

import java.util.List;
import java.util.Set;

/// What one statement would do. Immutable; depends on nothing but the text (and, later, the catalog),
/// so it may be cached.
///
/// @param kind the gravest kind of [#effects]
/// @param command the statement's name as PostgreSQL's manual gives it: `SELECT`, `DROP TABLE`
/// @param effects everything it would do, gravest first; never empty
/// @param relations the relations named anywhere in it, qualified as written
/// @param functions the functions called anywhere in it, qualified as written
/// @param control what it does to the transaction
/// @param name the prepared statement or cursor that it makes, runs or drops; empty where none
public record StatementEffects(
        StatementKind kind,
        String command,
        List<Effect> effects,
        Set<String> relations,
        Set<String> functions,
        TransactionControl control,
        String name) {
    public StatementEffects {
        effects = List.copyOf(effects);
        relations = Set.copyOf(relations);
        functions = Set.copyOf(functions);
        if (effects.isEmpty()) {
            throw new IllegalArgumentException("effects: 0 (expected: >= 1)");
        }
    }
}
