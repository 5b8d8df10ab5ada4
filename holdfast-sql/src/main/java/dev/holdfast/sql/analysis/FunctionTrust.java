package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Operator;
import dev.holdfast.sql.catalog.References;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which functions of a database may run on behalf of a statement that reads, wherever they stand.
///
/// - PostgreSQL's own: as the curated lists say.
/// - Those that policy names.
/// - Those of an extension in `extensions.txt` that are declared IMMUTABLE or STABLE, and the volatile
///   ones that the table names.
/// - Behind operators, casts and types only: C functions of any extension that are declared IMMUTABLE.
///
/// What a user wrote is never trusted for what it declares: PostgreSQL does not check the declaration.
final class FunctionTrust {
    private static final Map<String, Set<String>> EXTENSIONS = extensions();

    private final CatalogSnapshot catalog;
    private final Set<String> alsoAllowed;
    private final Set<String> path;

    FunctionTrust(CatalogSnapshot catalog, Set<String> alsoAllowed, Set<String> path) {
        this.catalog = catalog;
        this.alsoAllowed = alsoAllowed;
        this.path = path;
    }

    /// Why a call of a function is a hazard; null where it is harmless.
    @Nullable Hazard called(Function function) {
        FunctionLists.Refused listed =
                FunctionLists.CURATED.refusal(function.name(), function.arguments().size());
        if (function.builtIn()) {
            boolean allowed =
                    !function.schema().equals("pg_catalog")
                            || (listed == null && FunctionLists.CURATED.allows(function.name()));
            return allowed ? null : refused(function, listed);
        }
        boolean named =
                alsoAllowed.contains(function.qualified())
                        || (path.contains(function.schema())
                                && alsoAllowed.contains(function.name()));
        return named || ofTrustedExtension(function) ? null : refused(function, listed);
    }

    /// Why a function behind an operator, a cast or a type is a hazard; null where it is harmless.
    @Nullable Hazard behind(Function function) {
        boolean computes =
                !function.extension().isEmpty()
                        && function.volatility() == Function.Volatility.IMMUTABLE
                        && function.language().equals("c");
        return computes ? null : called(function);
    }

    /// As [#behind(Function)], by oid; a function that the snapshot does not have is a hazard.
    @Nullable Hazard behind(long oid) {
        Function function = catalog.function(oid);
        return function == null ? unknown(oid) : behind(function);
    }

    /// The first hazard among the functions and operators that a stored expression uses; null where
    /// there is none.
    @Nullable Hazard in(References references) {
        for (long oid : references.functions()) {
            Function function = catalog.function(oid);
            Hazard hazard = function == null ? unknown(oid) : called(function);
            if (hazard != null) {
                return hazard;
            }
        }
        for (long oid : references.operators()) {
            Operator operator = catalog.operator(oid);
            if (operator == null) {
                return unknown(oid);
            }
            Hazard hazard = allows(operator) ? null : behind(operator.function());
            if (hazard != null) {
                return hazard.by("uses the operator " + operator.name() + ", which ");
            }
        }
        return null;
    }

    /// Whether policy names an operator.
    boolean allows(Operator operator) {
        return alsoAllowed.contains(operator.schema() + "." + operator.name())
                || (path.contains(operator.schema()) && alsoAllowed.contains(operator.name()));
    }

    boolean ofTrustedExtension(Function function) {
        Set<String> volatileOnes = EXTENSIONS.get(function.extension());
        return volatileOnes != null
                && (function.volatility() != Function.Volatility.VOLATILE
                        || volatileOnes.contains(function.name()));
    }

    private static Hazard unknown(long oid) {
        return new Hazard(
                StatementKind.UNKNOWN, "uses object " + oid + ", which is not in the catalog");
    }

    private static Hazard refused(Function function, FunctionLists.@Nullable Refused listed) {
        String name =
                function.schema().equals("pg_catalog") ? function.name() : function.qualified();
        StatementKind kind = StatementKind.PROCEDURAL;
        String why = "it is not on the list of functions known to be harmless";
        // Of a user's function a name on the list may be chance; as the reason it would mislead.
        if (listed != null && (function.builtIn() || !function.extension().isEmpty())) {
            why = listed.because();
            if (listed.kind() == StatementKind.UNSAFE_IO) {
                kind = StatementKind.UNSAFE_IO;
            }
        }
        return new Hazard(kind, "calls " + name + "() (" + why + ")");
    }

    private static Map<String, Set<String>> extensions() {
        Map<String, Set<String>> extensions = new HashMap<>();
        for (String[] row : TextTable.rows("extensions.txt")) {
            Set<String> volatileOnes =
                    row.length > 1 && !row[1].isEmpty()
                            ? Set.copyOf(Arrays.asList(row[1].split(" ", -1)))
                            : Set.of();
            if (extensions.put(row[0], volatileOnes) != null) {
                throw new IllegalStateException("extensions.txt: twice: " + row[0]);
            }
        }
        return Map.copyOf(extensions);
    }
}
