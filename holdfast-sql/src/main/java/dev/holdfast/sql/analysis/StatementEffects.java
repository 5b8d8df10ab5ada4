package dev.holdfast.sql.analysis;

import java.util.List;
import java.util.Set;

/// What one statement would do. Immutable; depends on nothing but the text, the pinned settings and the
/// catalog's snapshot, so it may be cached.
///
/// @param kind the gravest kind of [#effects]
/// @param command the statement's name as PostgreSQL's manual gives it: `SELECT`, `DROP TABLE`
/// @param effects everything it would do, gravest first; never empty
/// @param relations the relations named anywhere in it, qualified as written
/// @param functions the functions called anywhere in it, qualified as written
/// @param relationEffects what it does, or may do, to each relation: those that it names first, then
///     those that it reaches by views, keys, triggers, rules, partitions and functions
/// @param unforeseeable why more may happen than [#relationEffects] say: code that cannot be read, such
///     as a trigger's in an untrusted language; one clause each, no literal values; empty where all is
///     known
/// @param control what it does to the transaction
/// @param name the prepared statement or cursor that it makes, runs or drops; empty where none
public record StatementEffects(
        StatementKind kind,
        String command,
        List<Effect> effects,
        Set<String> relations,
        Set<String> functions,
        List<RelationEffect> relationEffects,
        List<String> unforeseeable,
        TransactionControl control,
        String name) {
    public StatementEffects {
        effects = List.copyOf(effects);
        relations = Set.copyOf(relations);
        functions = Set.copyOf(functions);
        relationEffects = List.copyOf(relationEffects);
        unforeseeable = List.copyOf(unforeseeable);
        if (effects.isEmpty()) {
            throw new IllegalArgumentException("effects: 0 (expected: >= 1)");
        }
    }
}
