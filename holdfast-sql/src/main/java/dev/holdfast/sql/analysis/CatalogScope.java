package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.Role;
import dev.holdfast.sql.catalog.Type;
import dev.holdfast.sql.text.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the analysis must know of one database to see through its names, worked out once for each
/// snapshot: only what is dangerous is kept, by name.
///
/// A name that no schema has is refused where a query reads or changes what it names, unless it is that
/// of a CTE. A CTE that has the name of a dangerous relation is taken for that relation.
///
/// Immutable and safe for any number of threads.
public final class CatalogScope {
    /// Names that differ more in length are not compared.
    private static final int NEAR_MAX = 4;

    private static final int NEAREST_SHOWN_MAX = 3;

    private final AnalysisScope names;
    private final NamedHazards relations;
    private final NamedHazards rows;
    private final NamedHazards types;
    private final @Nullable TypeHazards values;
    private final Set<String> untrusted;
    private final @Nullable CatalogSnapshot catalog;
    private final Set<String> path;
    private final Lineage lineage;
    private final List<String> makeIn;
    private final @Nullable FunctionTrust trust;
    private final AnalysisScope given;
    private final Map<String, List<Function>> ownFunctions;

    private CatalogScope(
            AnalysisScope names,
            NamedHazards relations,
            NamedHazards rows,
            NamedHazards types,
            @Nullable TypeHazards values,
            Set<String> untrusted,
            @Nullable CatalogSnapshot catalog,
            @Nullable FunctionTrust trust,
            AnalysisScope given,
            Set<String> path) {
        this.names = names;
        this.relations = relations;
        this.rows = rows;
        this.types = types;
        this.values = values;
        this.untrusted = untrusted;
        this.catalog = catalog;
        this.path = path;
        this.lineage = catalog == null ? Lineage.NONE : Lineage.of(catalog);
        this.trust = trust;
        this.given = given;
        this.ownFunctions = ownFunctions(catalog);
        this.makeIn =
                catalog == null
                        ? List.of()
                        : path.stream()
                                .filter(each -> catalog.schemas().contains(each))
                                .filter(each ->
                                        !each.equals("pg_catalog")
                                                && !each.equals("information_schema"))
                                .sorted()
                                .toList();
    }

    /// The text alone: nothing is known of the database.
    static CatalogScope withoutCatalog(AnalysisScope scope) {
        NamedHazards none = new NamedHazards.Builder(Set.of()).build();
        return new CatalogScope(
                scope, none, none, none, null, Set.of(), null, null, scope, Set.of());
    }

    /// Works out what a snapshot means for statements.
    ///
    /// @param scope what policy allows, and the names that are known to be shadowed besides
    public static CatalogScope of(CatalogSnapshot catalog, AnalysisScope scope) {
        Set<String> path = new HashSet<>(scope.searchPathSchemas());
        path.addAll(catalog.pathSchemas());
        path.add("pg_catalog");
        return of(catalog, scope, path);
    }

    /// The same catalog, looked at with another search_path.
    ///
    /// @param schemas `"$user"` stands for every schema that has the name of a role
    CatalogScope withPath(List<String> schemas) {
        if (catalog == null) {
            return this;
        }
        Set<String> other = new HashSet<>(schemas);
        if (other.remove("$user")) {
            for (Role role : catalog.roles()) {
                if (catalog.schema(role.name()) != null) {
                    other.add(role.name());
                }
            }
        }
        other.add("pg_catalog");
        return of(catalog, given, other);
    }

    private static CatalogScope of(CatalogSnapshot catalog, AnalysisScope scope, Set<String> path) {
        FunctionTrust trust = new FunctionTrust(catalog, scope.alsoAllowedFunctions(), path);
        TypeHazards typeHazards = new TypeHazards(catalog, trust, path);
        RelationHazards relationHazards = new RelationHazards(catalog, trust, typeHazards);
        NamedHazards.Builder types = new NamedHazards.Builder(path);
        for (Type type : catalog.types()) {
            Hazard hazard = typeHazards.making(type.oid());
            if (hazard != null) {
                types.add(type.schema(), type.name(), hazard);
            }
        }
        NamedHazards.Builder relations = new NamedHazards.Builder(path);
        NamedHazards.Builder rows = new NamedHazards.Builder(path);
        for (Relation relation : catalog.relations()) {
            Hazard reading = relationHazards.reading(relation);
            if (reading != null) {
                relations.add(relation.schema(), relation.name(), reading);
            }
            Hazard row = typeHazards.making(relation.rowType());
            if (row != null) {
                rows.add(relation.schema(), relation.name(), row);
            }
        }
        NamedHazards typeNames = types.build();
        Set<String> untrusted = new HashSet<>();
        AnalysisScope names =
                names(
                        catalog,
                        scope,
                        path,
                        trust,
                        typeNames,
                        typeHazards.operatorNames(),
                        untrusted);
        return new CatalogScope(
                names,
                relations.build(),
                rows.build(),
                typeNames,
                typeHazards,
                Set.copyOf(untrusted),
                catalog,
                trust,
                scope,
                Set.copyOf(path));
    }

    private static Map<String, List<Function>> ownFunctions(@Nullable CatalogSnapshot catalog) {
        Map<String, List<Function>> own = new HashMap<>();
        if (catalog != null) {
            for (Function function : catalog.functions()) {
                if (!function.builtIn()) {
                    own.computeIfAbsent(function.name(), _ -> new ArrayList<>(1)).add(function);
                }
            }
        }
        return own;
    }

    /// Whether a relation has this name: in its schema, or in one that may stand on the path.
    boolean knows(List<String> name) {
        return !relationsNamed(name.size() == 1 ? "" : name.get(name.size() - 2), name.getLast())
                .isEmpty();
    }

    boolean knowsSchema(String name) {
        return catalog != null && catalog.schemas().contains(name);
    }

    List<String> nearestSchema(String name) {
        String nearest = catalog == null ? null : Nearest.of(name, catalog.schemas());
        return nearest == null ? List.of() : List.of(Names.quoted(nearest));
    }

    /// What a name that is not known was probably meant to be: the same name in other schemas, or else
    /// the one that is written most alike.
    List<String> nearest(List<String> name) {
        if (catalog == null) {
            return List.of();
        }
        String last = name.getLast();
        List<Relation> found = new ArrayList<>(catalog.relationsNamed(last));
        if (found.isEmpty()) {
            Set<String> known = new HashSet<>();
            for (Relation relation : catalog.relations()) {
                boolean near = Math.abs(relation.name().length() - last.length()) <= NEAR_MAX;
                if (near && !CatalogSnapshot.builtIn(relation.oid())) {
                    known.add(relation.name());
                }
            }
            String nearest = Nearest.of(last, known);
            found.addAll(nearest == null ? List.of() : catalog.relationsNamed(nearest));
        }
        return found.stream()
                .filter(relation -> relation.kind() != Relation.Kind.COMPOSITE_TYPE)
                .map(relation ->
                        Names.quoted(relation.schema()) + "." + Names.quoted(relation.name()))
                .sorted()
                .limit(NEAREST_SHOWN_MAX)
                .toList();
    }

    @Nullable CatalogSnapshot catalog() {
        return catalog;
    }

    @Nullable FunctionTrust trust() {
        return trust;
    }

    @Nullable TypeHazards typeHazards() {
        return values;
    }

    /// Whether a function of this name is in the database that `initdb` did not make.
    boolean hasOwnFunction(String name) {
        return ownFunctions.containsKey(name);
    }

    /// The functions that `initdb` did not make and that a call may mean.
    List<Function> ownFunctions(FunctionCalled call) {
        List<Function> found = new ArrayList<>(1);
        for (Function each : ownFunctions.getOrDefault(call.name().getLast(), List.of())) {
            boolean reachable =
                    call.name().size() == 1
                            ? path.contains(each.schema())
                            : each.schema().equals(call.name().get(call.name().size() - 2));
            // A CALL may name the OUT arguments of a procedure too.
            boolean fits =
                    call.arguments() < 0
                            || each.kind() == Function.Kind.PROCEDURE
                            || each.takes(call.arguments());
            if (reachable && fits) {
                found.add(each);
            }
        }
        return found;
    }

    /// What is shadowed, and what is allowed, by name.
    AnalysisScope names() {
        return names;
    }

    /// Which tables have others that belong to them.
    Lineage lineage() {
        return lineage;
    }

    /// The hazard of reading the relation of this name.
    @Nullable Hazard relation(List<String> parts) {
        return relations.of(parts);
    }

    /// The hazard of making rows of the relation of this name.
    @Nullable Hazard row(List<String> parts) {
        return rows.of(parts);
    }

    /// The hazard of making a value of the type of this name.
    @Nullable Hazard type(List<String> parts) {
        return types.of(parts);
    }

    /// The hazard of making a value of a type that is named by its number, as messages of the protocol
    /// do; null where there is none. A type that the catalog does not have is a hazard.
    @Nullable Hazard typeNumbered(long oid) {
        if (values == null || catalog == null || CatalogSnapshot.builtIn(oid)) {
            return null;
        }
        return catalog.type(oid) == null
                ? new Hazard(StatementKind.UNKNOWN, "is not in the catalog")
                : values.making(oid);
    }

    /// Whether a name without a schema may call a function of the database that is not known to be
    /// harmless, where no function of pg_catalog has the name.
    boolean mayCall(String function) {
        return untrusted.contains(function);
    }

    /// A column that holds values of a type whose making is a hazard.
    ///
    /// @param domain whether the type is a domain over a type that itself is harmless
    record HazardousColumn(String name, boolean domain, Hazard hazard) {}

    /// The columns, of every relation that a name may mean, that hold values whose making is a hazard.
    List<HazardousColumn> hazardousColumns(List<String> relation) {
        if (values == null || row(relation) == null) {
            return List.of();
        }
        List<HazardousColumn> found = new ArrayList<>();
        for (Relation each : relationsNamed(schema(relation), relation.getLast())) {
            for (Relation.Column column : each.columns()) {
                Hazard hazard = values.making(column.type());
                if (hazard != null) {
                    boolean domain = values.making(values.underDomains(column.type())) == null;
                    found.add(new HazardousColumn(column.name(), domain, hazard));
                }
            }
        }
        return found;
    }

    /// Whether every relation that a name may mean has such a column, and there is one.
    boolean surelyHasColumn(List<String> relation, String column) {
        List<Relation> candidates = relationsNamed(schema(relation), relation.getLast());
        return !candidates.isEmpty()
                && candidates.stream().allMatch(each -> each.hasColumn(column));
    }

    private static String schema(List<String> relation) {
        return relation.size() == 1 ? "" : relation.get(relation.size() - 2);
    }

    /// The relations that a name may mean; empty where the catalog has none, or there is no catalog.
    ///
    /// @param schema empty where none was written: then every schema of the path is looked into
    List<Relation> relationsNamed(String schema, String name) {
        if (catalog == null) {
            return List.of();
        }
        List<Relation> named = catalog.relationsNamed(name);
        if (named.size() == 1 && inSchema(named.getFirst(), schema)) {
            return named;
        }
        List<Relation> found = new ArrayList<>(named.size());
        for (Relation each : named) {
            if (inSchema(each, schema)) {
                found.add(each);
            }
        }
        return found;
    }

    private boolean inSchema(Relation relation, String schema) {
        return schema.isEmpty()
                ? path.contains(relation.schema())
                : relation.schema().equals(schema);
    }

    /// Every relation of a schema, in the order of their names.
    List<Relation> relationsIn(String schema) {
        List<Relation> found = new ArrayList<>();
        if (catalog != null) {
            for (Relation each : catalog.relations()) {
                if (each.schema().equals(schema)) {
                    found.add(each);
                }
            }
            found.sort(Comparator.comparing(Relation::name));
        }
        return found;
    }

    /// The schemas in which a relation may come to stand that is made without naming one.
    List<String> schemasToMakeIn() {
        return makeIn;
    }

    private static AnalysisScope names(
            CatalogSnapshot catalog,
            AnalysisScope scope,
            Set<String> path,
            FunctionTrust trust,
            NamedHazards types,
            Set<String> operators,
            Set<String> untrusted) {
        Set<String> own = new HashSet<>();
        Map<List<String>, List<Function>> others = new HashMap<>();
        for (Function function : catalog.functions()) {
            if (function.builtIn()) {
                own.add(function.name());
            } else {
                others.computeIfAbsent(
                                List.of(function.schema(), function.name()),
                                _ -> new ArrayList<>(1))
                        .add(function);
            }
        }
        Set<String> allowed = new HashSet<>(scope.alsoAllowedFunctions());
        Set<String> shadowed = new HashSet<>(scope.shadowedFunctions());
        Set<String> attributes = new HashSet<>(scope.attributeFunctions());
        Set<String> trusted = new HashSet<>();
        others.forEach((name, functions) -> {
            String schema = name.getFirst();
            boolean harmless = functions.stream().allMatch(f -> trust.called(f) == null);
            if (harmless && functions.stream().allMatch(trust::ofTrustedExtension)) {
                allowed.add(schema + "." + name.getLast());
            }
            if (!path.contains(schema)) {
                return;
            }
            (harmless ? trusted : untrusted).add(name.getLast());
            if (!harmless && own.contains(name.getLast())) {
                shadowed.add(name.getLast());
                if (schema.equals("pg_catalog")) {
                    shadowed.add("pg_catalog." + name.getLast());
                }
            }
            if (!harmless && functions.stream().anyMatch(f -> f.takes(1))) {
                attributes.add(name.getLast());
            }
        });
        trusted.removeAll(untrusted);
        trusted.removeAll(own);
        allowed.addAll(trusted);
        // PostgreSQL takes type('literal') and (expression).type for casts.
        types.unqualifiedNames().stream().filter(own::contains).forEach(shadowed::add);
        attributes.addAll(types.unqualifiedNames());
        Set<String> shadowedOperators = new HashSet<>(scope.shadowedOperators());
        shadowedOperators.addAll(operators);
        // alias.name calls on a row or, for a function in FROM, on any value: the same functions.
        Set<String> rowFunctions = new HashSet<>(scope.rowFunctions());
        rowFunctions.addAll(attributes);
        return new AnalysisScope(
                allowed,
                shadowed,
                shadowedOperators,
                attributes,
                rowFunctions,
                scope.searchPathSchemas());
    }
}
