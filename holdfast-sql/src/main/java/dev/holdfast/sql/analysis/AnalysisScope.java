package dev.holdfast.sql.analysis;

import java.util.Set;

/// The names that the analysis treats in a way of their own: what policy allows, and what could be
/// taken for something else.
///
/// PostgreSQL looks for an unqualified function or operator in `pg_catalog` first, but takes another
/// schema's where its argument types fit better. [CatalogScope] adds what a database's catalog shows.
/// Without one, empty sets leave that gap open; the read-only session is then what holds.
///
/// @param alsoAllowedFunctions functions that policy allows, as `name` or `schema.name`; a plain name
///     stands for the unqualified call only
/// @param shadowedFunctions names of functions in `pg_catalog` that a function in another schema
///     shares; called without `pg_catalog.` they are refused
/// @param shadowedOperators operators that are defined outside `pg_catalog`; written without
///     `OPERATOR(pg_catalog.…)` they are refused
/// @param attributeFunctions names of functions outside `pg_catalog` that can be called with one
///     argument: PostgreSQL runs them for `(expression).name`
/// @param rowFunctions those of them that take a row type: PostgreSQL runs them for `table.name` where
///     the table has no such column
/// @param searchPathSchemas schemas that a session may put on its search_path
public record AnalysisScope(
        Set<String> alsoAllowedFunctions,
        Set<String> shadowedFunctions,
        Set<String> shadowedOperators,
        Set<String> attributeFunctions,
        Set<String> rowFunctions,
        Set<String> searchPathSchemas) {

    /// Nothing known: built-in functions only, and the schemas of PostgreSQL's own default search_path.
    public static final AnalysisScope BUILT_IN =
            new AnalysisScope(
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    Set.of("", "$user", "public", "pg_catalog"));

    public AnalysisScope {
        alsoAllowedFunctions = Set.copyOf(alsoAllowedFunctions);
        shadowedFunctions = Set.copyOf(shadowedFunctions);
        shadowedOperators = Set.copyOf(shadowedOperators);
        attributeFunctions = Set.copyOf(attributeFunctions);
        rowFunctions = Set.copyOf(rowFunctions);
        searchPathSchemas = Set.copyOf(searchPathSchemas);
    }
}
