package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.Cast;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Operator;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which types call functions that are not known to be harmless.
///
/// Two dangers are kept apart. **Making** a value calls input functions, domain checks and casts: it
/// needs the type's name in the statement. **Using** a value calls operators, operator classes and casts
/// from the type: to do that it is enough to read a relation that has such a column, because `=` or
/// ORDER BY or an implicit cast finds the function by the value's type.
final class TypeHazards {
    private final CatalogSnapshot catalog;
    private final FunctionTrust trust;
    private final Map<Long, Hazard> making = new HashMap<>();
    private final Map<Long, Hazard> using = new HashMap<>();
    private final Set<String> operatorNames = new HashSet<>();

    TypeHazards(CatalogSnapshot catalog, FunctionTrust trust, Set<String> path) {
        this.catalog = catalog;
        this.trust = trust;
        for (Type type : catalog.types()) {
            own(type);
        }
        for (Cast cast : catalog.casts()) {
            cast(cast);
        }
        operators(path);
    }

    /// Operators that built-in values may reach, by name: an unqualified use of one is a hazard.
    Set<String> operatorNames() {
        return operatorNames;
    }

    /// Why making a value of a type is a hazard; null where it is harmless.
    @Nullable Hazard making(long type) {
        return closure(type, true);
    }

    /// Why having a value of a type is a hazard; null where it is harmless.
    @Nullable Hazard using(long type) {
        return closure(type, false);
    }

    private void own(Type type) {
        for (long function : type.functions()) {
            note(
                    making,
                    type.oid(),
                    trust.behind(function),
                    "has an input or support function that ");
        }
        note(making, type.oid(), trust.in(type.checks()), "has a check that ");
        for (long function : type.operatorFunctions()) {
            note(using, type.oid(), trust.behind(function), "has a comparison that ");
        }
    }

    private void cast(Cast cast) {
        Hazard hazard =
                cast.function() == 0 || toItsMultirange(cast)
                        ? null
                        : trust.behind(cast.function());
        boolean builtIn =
                CatalogSnapshot.builtIn(cast.source()) && CatalogSnapshot.builtIn(cast.target());
        if (builtIn || !CatalogSnapshot.builtIn(cast.target())) {
            note(making, cast.target(), hazard, "has a cast that ");
        }
        if (!CatalogSnapshot.builtIn(cast.source())) {
            note(using, cast.source(), hazard, "has a cast that ");
        }
    }

    /// The cast that CREATE TYPE … AS RANGE makes by itself, to the multirange of the same range.
    private boolean toItsMultirange(Cast cast) {
        Type multirange = catalog.type(cast.target());
        Function function = catalog.function(cast.function());
        return multirange != null
                && multirange.kind() == Type.Kind.RANGE
                && multirange.element() == cast.source()
                && function != null
                && function.language().equals("internal")
                && function.name().equals(multirange.name());
    }

    private void operators(Set<String> path) {
        Set<String> binary = new HashSet<>();
        Set<String> prefix = new HashSet<>();
        for (Operator operator : catalog.operators()) {
            if (operator.builtIn()) {
                (operator.left() == 0 ? prefix : binary).add(operator.name());
            }
        }
        for (Operator operator : catalog.operators()) {
            if (operator.builtIn() || !path.contains(operator.schema()) || trust.allows(operator)) {
                continue;
            }
            Hazard hazard = trust.behind(operator.function());
            if (hazard == null) {
                continue;
            }
            boolean common = (operator.left() == 0 ? prefix : binary).contains(operator.name());
            List<Long> carriers = carriers(operator);
            if (!common || carriers.isEmpty()) {
                operatorNames.add(operator.name());
            }
            for (long carrier : carriers) {
                note(using, carrier, hazard, "has an operator " + operator.name() + " that ");
            }
        }
    }

    /// The arguments' types that must be at hand before PostgreSQL takes this operator rather than one
    /// of its own: types that neither built-in values nor untyped literals become by themselves.
    private List<Long> carriers(Operator operator) {
        List<Long> carriers = new ArrayList<>(2);
        for (long oid : List.of(operator.left(), operator.right())) {
            Type type = catalog.type(underDomains(oid));
            if (type != null
                    && !type.builtIn()
                    && type.kind() != Type.Kind.PSEUDO
                    && !type.stringCategory()
                    && !implicitTarget(type.oid())) {
                carriers.add(type.oid());
            }
        }
        return carriers;
    }

    /// The type that the values of a domain really are; of any other type itself.
    long underDomains(long oid) {
        long under = oid;
        Type type = catalog.type(under);
        while (type != null && type.kind() == Type.Kind.DOMAIN) {
            under = type.base();
            type = catalog.type(under);
        }
        return under;
    }

    private boolean implicitTarget(long type) {
        return catalog.casts().stream().anyMatch(cast -> cast.implicit() && cast.target() == type);
    }

    private static void note(
            Map<Long, Hazard> hazards, long type, @Nullable Hazard hazard, String way) {
        if (hazard != null) {
            hazards.putIfAbsent(type, hazard.by(way));
        }
    }

    /// The hazard of a type or of any type that its values are made of.
    private @Nullable Hazard closure(long type, boolean made) {
        if (using.isEmpty() && (!made || making.isEmpty())) {
            return null;
        }
        Set<Long> met = new HashSet<>();
        Deque<Long> open = new ArrayDeque<>(List.of(type));
        while (!open.isEmpty()) {
            long oid = open.pop();
            if (oid == 0 || !met.add(oid)) {
                continue;
            }
            Type found = catalog.type(oid);
            Hazard hazard = using.get(oid);
            if (hazard == null && made) {
                hazard = making.get(oid);
            }
            if (hazard != null) {
                return oid == type || found == null
                        ? hazard
                        : hazard.by("holds values of type " + found.qualified() + ", which ");
            }
            if (found != null) {
                open.push(found.base());
                open.push(found.element());
                Relation row = catalog.relation(found.relation());
                if (row != null) {
                    row.columns().forEach(column -> open.push(column.type()));
                }
            }
        }
        return null;
    }
}
