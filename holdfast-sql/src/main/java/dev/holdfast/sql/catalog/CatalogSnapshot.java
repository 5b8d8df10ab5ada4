package dev.holdfast.sql.catalog;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One database's catalog at one moment. Immutable; two snapshots with the same digest say the same.
///
/// It is made of plain values by oid, so that it stays small: a table with ten columns takes about
/// 1 KB. Strings that repeat (names of columns and schemas) are kept once.
public final class CatalogSnapshot {
    /// The first oid that `initdb` never gives (`FirstNormalObjectId`).
    private static final long FIRST_NORMAL_OID = 16_384;

    private final String digest;
    private final Instant takenAt;
    private final Map<String, Schema> schemas;
    private final Map<String, Role> roles;
    private final Set<String> pathSchemas;
    private final Set<String> extensions;
    private final Map<Long, Relation> relations;
    private final Map<Long, Function> functions;
    private final Map<Long, Operator> operators;
    private final Map<Long, Type> types;
    private final List<Cast> casts;
    private final Map<String, List<Relation>> relationsByName;
    private final Map<String, List<Function>> functionsByName;
    private final Map<Long, List<RewriteRule>> rules;
    private final Map<Long, List<RowPolicy>> policies;
    private final Map<Long, List<Trigger>> triggers;
    private final Map<Long, List<ForeignKey>> foreignKeysTo;
    private final List<EventTrigger> eventTriggers;
    private final Map<Long, List<StoredExpression>> expressions;
    private final Map<Long, ViewColumns> views;
    private final Map<Long, List<Key>> keys;
    private final Map<Long, List<Long>> children;
    private final Map<Long, List<Long>> parents;

    private CatalogSnapshot(Builder from, String digest, Instant takenAt) {
        this.digest = digest;
        this.takenAt = takenAt;
        this.schemas = Map.copyOf(from.schemas);
        this.roles = Map.copyOf(from.roles);
        this.eventTriggers = List.copyOf(from.eventTriggers);
        this.expressions = frozen(from.expressions);
        this.views = Map.copyOf(from.views);
        this.pathSchemas = Set.copyOf(from.pathSchemas);
        this.extensions = Set.copyOf(from.extensions);
        this.relations = Map.copyOf(from.relations);
        this.functions = Map.copyOf(from.functions);
        this.operators = Map.copyOf(from.operators);
        this.types = Map.copyOf(from.types);
        this.casts = List.copyOf(from.casts);
        this.rules = frozen(from.rules);
        this.policies = frozen(from.policies);
        this.triggers = frozen(from.triggers);
        this.foreignKeysTo = frozen(from.foreignKeysTo);
        this.keys = frozen(from.keys);
        this.children = frozen(from.children);
        this.parents = frozen(from.parents);
        Map<String, List<Relation>> relationNames = new HashMap<>();
        from.relations.values().forEach(relation -> add(relationNames, relation.name(), relation));
        this.relationsByName = frozen(relationNames);
        Map<String, List<Function>> functionNames = new HashMap<>();
        from.functions.values().forEach(function -> add(functionNames, function.name(), function));
        this.functionsByName = frozen(functionNames);
    }

    /// Whether `initdb` gave this oid.
    public static boolean builtIn(long oid) {
        return oid < FIRST_NORMAL_OID;
    }

    /// Changes whenever something that the snapshot says changes; may change without.
    public String digest() {
        return digest;
    }

    public Instant takenAt() {
        return takenAt;
    }

    public Set<String> schemas() {
        return schemas.keySet();
    }

    public @Nullable Schema schema(String name) {
        return schemas.get(name);
    }

    public Iterable<Role> roles() {
        return roles.values();
    }

    public @Nullable Role role(String name) {
        return roles.get(name);
    }

    /// The schemas that stand on the search_path of some role by default in this database, `"$user"`
    /// already replaced by the schemas that have the name of a role.
    public Set<String> pathSchemas() {
        return pathSchemas;
    }

    public Set<String> extensions() {
        return extensions;
    }

    public Iterable<Relation> relations() {
        return relations.values();
    }

    public @Nullable Relation relation(long oid) {
        return relations.get(oid);
    }

    public Iterable<Function> functions() {
        return functions.values();
    }

    public @Nullable Function function(long oid) {
        return functions.get(oid);
    }

    public Iterable<Operator> operators() {
        return operators.values();
    }

    public @Nullable Operator operator(long oid) {
        return operators.get(oid);
    }

    public Iterable<Type> types() {
        return types.values();
    }

    public @Nullable Type type(long oid) {
        return types.get(oid);
    }

    /// The casts that `initdb` did not make.
    public List<Cast> casts() {
        return casts;
    }

    public List<RewriteRule> rulesOf(long relation) {
        return rules.getOrDefault(relation, List.of());
    }

    public List<RowPolicy> policiesOf(long relation) {
        return policies.getOrDefault(relation, List.of());
    }

    public List<Trigger> triggersOf(long relation) {
        return triggers.getOrDefault(relation, List.of());
    }

    /// The foreign keys that refer to a relation: what a change of it may reach.
    public List<ForeignKey> foreignKeysTo(long relation) {
        return foreignKeysTo.getOrDefault(relation, List.of());
    }

    public Iterable<ForeignKey> foreignKeys() {
        return () -> foreignKeysTo.values().stream().flatMap(List::stream).iterator();
    }

    /// The triggers on defining, altering and dropping that are enabled.
    public List<EventTrigger> eventTriggers() {
        return eventTriggers;
    }

    /// What is computed for each row that is written to a table, its columns' own expressions aside.
    public List<StoredExpression> expressionsOf(long relation) {
        return expressions.getOrDefault(relation, List.of());
    }

    /// Where a view's columns come from; null for what is no view.
    public @Nullable ViewColumns viewColumns(long view) {
        return views.get(view);
    }

    public List<Key> keysOf(long relation) {
        return keys.getOrDefault(relation, List.of());
    }

    /// The partitions and the tables that inherit, directly.
    public List<Long> childrenOf(long relation) {
        return children.getOrDefault(relation, List.of());
    }

    /// The tables that this one is a partition of or inherits from, directly.
    public List<Long> parentsOf(long relation) {
        return parents.getOrDefault(relation, List.of());
    }

    /// Resolves a name of a relation as PostgreSQL does: the first schema of the path that has it.
    /// Temporary tables, which come first, belong to one session and are not in a snapshot.
    ///
    /// @param name one part, or schema and name; a database before them is ignored
    /// @param path the schemas to look in, in their order; pg_catalog goes first unless named
    /// @return the relation; null where no schema of the path has it
    public @Nullable Relation resolveRelation(List<String> name, List<String> path) {
        List<Relation> named = relationsByName.getOrDefault(name.getLast(), List.of());
        for (String schema : name.size() > 1 ? List.of(name.get(name.size() - 2)) : full(path)) {
            for (Relation relation : named) {
                if (relation.schema().equals(schema)) {
                    return relation;
                }
            }
        }
        return null;
    }

    /// The functions that a call may mean, those of earlier schemas first. Which of them it is depends
    /// on the types of the arguments.
    public List<Function> resolveFunctions(List<String> name, List<String> path) {
        List<Function> named = functionsByName.getOrDefault(name.getLast(), List.of());
        List<Function> candidates = new ArrayList<>();
        for (String schema : name.size() > 1 ? List.of(name.get(name.size() - 2)) : full(path)) {
            named.stream().filter(each -> each.schema().equals(schema)).forEach(candidates::add);
        }
        return candidates;
    }

    /// Every relation of this name, in whatever schema.
    public List<Relation> relationsNamed(String name) {
        return relationsByName.getOrDefault(name, List.of());
    }

    /// Every function of this name, in whatever schema.
    public List<Function> functionsNamed(String name) {
        return functionsByName.getOrDefault(name, List.of());
    }

    private static Set<String> full(List<String> path) {
        Set<String> schemas = new LinkedHashSet<>();
        if (!path.contains("pg_catalog")) {
            schemas.add("pg_catalog");
        }
        schemas.addAll(path);
        return schemas;
    }

    private static <K, V> void add(Map<K, List<V>> lists, K key, V value) {
        lists.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(value);
    }

    private static <K, V> Map<K, List<V>> frozen(Map<K, List<V>> lists) {
        lists.replaceAll((_, values) -> List.copyOf(values));
        return Map.copyOf(lists);
    }

    /// Gathers the rows of a catalog in any order.
    public static final class Builder {
        private final Map<String, Schema> schemas = new HashMap<>();
        private final Map<String, Role> roles = new HashMap<>();
        private final Set<String> pathSchemas = new TreeSet<>();
        private final Set<String> extensions = new TreeSet<>();
        private final Map<Long, Relation> relations = new HashMap<>();
        private final Map<Long, Function> functions = new HashMap<>();
        private final Map<Long, Operator> operators = new HashMap<>();
        private final Map<Long, Type> types = new HashMap<>();
        private final List<Cast> casts = new ArrayList<>();
        private final Map<Long, List<RewriteRule>> rules = new HashMap<>();
        private final Map<Long, List<RowPolicy>> policies = new HashMap<>();
        private final Map<Long, List<Trigger>> triggers = new HashMap<>();
        private final Map<Long, List<ForeignKey>> foreignKeysTo = new HashMap<>();
        private final List<EventTrigger> eventTriggers = new ArrayList<>();
        private final Map<Long, List<StoredExpression>> expressions = new HashMap<>();
        private final Map<Long, ViewColumns> views = new HashMap<>();
        private final Map<Long, List<Key>> keys = new HashMap<>();
        private final Map<Long, List<Long>> children = new HashMap<>();
        private final Map<Long, List<Long>> parents = new HashMap<>();
        private final Map<Object, Object> known = new HashMap<>();

        /// One object for equal values: of ten thousand tables most columns are alike.
        @SuppressWarnings("unchecked") // What was put in under a value equals it.
        public <T> T once(T value) {
            Object earlier = known.putIfAbsent(value, value);
            return earlier == null ? value : (T) earlier;
        }

        public Builder schema(Schema schema) {
            schemas.put(schema.name(), schema);
            return this;
        }

        public Builder role(Role role) {
            roles.put(role.name(), role);
            return this;
        }

        public Builder eventTrigger(EventTrigger trigger) {
            eventTriggers.add(trigger);
            return this;
        }

        public Builder expression(StoredExpression expression) {
            add(expressions, expression.relation(), expression);
            return this;
        }

        public Builder view(long view, ViewColumns columns) {
            views.put(view, columns);
            return this;
        }

        public Builder pathSchema(String name) {
            pathSchemas.add(name);
            return this;
        }

        public Builder extension(String name) {
            extensions.add(name);
            return this;
        }

        public Builder relation(Relation relation) {
            relations.put(relation.oid(), relation);
            return this;
        }

        public Builder function(Function function) {
            functions.put(function.oid(), function);
            return this;
        }

        public Builder operator(Operator operator) {
            operators.put(operator.oid(), operator);
            return this;
        }

        public Builder type(Type type) {
            types.put(type.oid(), type);
            return this;
        }

        public Builder cast(Cast cast) {
            casts.add(cast);
            return this;
        }

        public Builder rule(RewriteRule rule) {
            add(rules, rule.relation(), rule);
            return this;
        }

        public Builder policy(RowPolicy policy) {
            add(policies, policy.relation(), policy);
            return this;
        }

        public Builder trigger(Trigger trigger) {
            add(triggers, trigger.relation(), trigger);
            return this;
        }

        public Builder foreignKey(ForeignKey foreignKey) {
            add(foreignKeysTo, foreignKey.referenced(), foreignKey);
            return this;
        }

        public Builder key(Key key) {
            add(keys, key.relation(), key);
            return this;
        }

        public Builder child(long parent, long child) {
            add(children, parent, child);
            add(parents, child, parent);
            return this;
        }

        /// The snapshot of what was added.
        ///
        /// @param digest stands for everything that was added
        public CatalogSnapshot build(String digest, Instant takenAt) {
            return new CatalogSnapshot(this, digest, takenAt);
        }
    }
}
