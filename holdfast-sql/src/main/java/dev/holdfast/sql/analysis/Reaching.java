package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.EventTrigger;
import dev.holdfast.sql.catalog.Relation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Follows one statement through the catalog, step by step, until nothing new is reached.
///
/// Each relation is looked at once for each operation, and again only where more of its columns turn
/// out to be touched; so cycles of keys and triggers come to an end.
final class Reaching {
    /// More than this many operations on relations are not followed.
    private static final int STEPS_MAX = 50_000;

    private final CatalogSnapshot catalog;
    private final CatalogScope session;
    private final WriteClosure closure;
    private final RelationSteps relations;
    private final CodeSteps code;

    private final Map<Key, State> seen = new HashMap<>();
    private final Map<Key, RelationEffect> reached = new LinkedHashMap<>();
    private final Deque<Key> open = new ArrayDeque<>();
    private final Set<String> unforeseeable = new LinkedHashSet<>();
    private final Set<Effect> hazards = new LinkedHashSet<>();
    private boolean eventsMet;

    private record Key(long relation, Operation operation) {}

    /// What is known so far of one operation on one relation.
    private static final class State {
        final Set<String> columns = new HashSet<>();
        boolean all;
        Bound bound = Bound.NOT_APPLICABLE;
    }

    Reaching(CatalogSnapshot catalog, CatalogScope session, WriteClosure closure) {
        this.catalog = catalog;
        this.session = session;
        this.closure = closure;
        this.code = new CodeSteps(catalog, session, closure.bodies(), this);
        this.relations = new RelationSteps(catalog, closure, this, code);
    }

    /// Begins with a statement of the client.
    void statement(StatementEffects direct, List<FunctionCalled> called) {
        direct.relationEffects().forEach(this::begin);
        events(direct);
        for (FunctionCalled call : called) {
            session.ownFunctions(call)
                    .forEach(function ->
                            code.function(function, "function " + function.qualified(), Set.of()));
        }
    }

    /// Begins with something that the statement itself does.
    void begin(RelationEffect effect) {
        Relation relation = closure.relation(effect.relation());
        if (relation != null) {
            see(
                    new Key(relation.oid(), effect.operation()),
                    effect.columns(),
                    effect.allColumns(),
                    effect.bound());
        }
    }

    Reached run() {
        int steps = 0;
        while (!open.isEmpty() || code.waiting()) {
            if (steps++ > STEPS_MAX) {
                unforeseeable("it reaches more relations than are followed");
                break;
            }
            Key key = open.poll();
            if (key == null) {
                code.next();
                continue;
            }
            Relation relation = catalog.relation(key.relation());
            State state = seen.get(key);
            if (relation != null && state != null) {
                relations.from(
                        relation,
                        key.operation(),
                        new Touched(Set.copyOf(state.columns), state.all),
                        state.bound);
            }
        }
        return new Reached(
                List.copyOf(reached.values()), List.copyOf(unforeseeable), List.copyOf(hazards));
    }

    /// Something happens to a relation that the statement does not name.
    void reach(long oid, Operation operation, Touched touched, Bound bound, String way) {
        Relation relation = catalog.relation(oid);
        if (relation == null) {
            return;
        }
        Bound applied =
                switch (operation) {
                    case READ, LOCK, INSERT, DEFINE, ALTER -> Bound.NOT_APPLICABLE;
                    case UPDATE, DELETE -> bound;
                    case TRUNCATE, DROP -> Bound.UNBOUNDED;
                };
        Key key = new Key(oid, operation);
        reached.merge(
                key,
                new RelationEffect(
                        quoted(relation),
                        operation,
                        touched.all() ? Set.of() : touched.columns(),
                        touched.all(),
                        applied,
                        way),
                Reaching::both);
        see(key, touched.columns(), touched.all(), applied);
    }

    /// An effect on something that the catalog does not have.
    void reachUnknown(RelationEffect effect, String way) {
        RelationEffect by =
                new RelationEffect(
                        effect.relation(),
                        effect.operation(),
                        effect.columns(),
                        effect.allColumns(),
                        effect.bound(),
                        way);
        // Under no relation's oid: the negative hash keeps different names apart well enough.
        reached.putIfAbsent(
                new Key(-1L - (effect.relation().hashCode() & 0xffff_ffffL), effect.operation()),
                by);
    }

    void unforeseeable(String why) {
        unforeseeable.add(why);
    }

    void hazard(StatementKind kind, String operation, String object, String because) {
        hazards.add(new Effect(kind, operation, object, because));
    }

    /// What defining, altering or dropping sets off.
    void events(StatementEffects statement) {
        if (eventsMet || catalog.eventTriggers().isEmpty()) {
            return;
        }
        boolean defines =
                statement.command().startsWith("REFRESH") || statement.command().equals("REINDEX");
        for (Effect effect : statement.effects()) {
            defines |=
                    switch (effect.kind()) {
                        case DEFINE, DESTROY, PRIVILEGE -> true;
                        default -> false;
                    };
        }
        if (!defines) {
            return;
        }
        eventsMet = true;
        for (EventTrigger trigger : catalog.eventTriggers()) {
            if (!trigger.event().equals("login")) {
                code.function(
                        trigger.function(),
                        "event trigger " + Names.quoted(trigger.name()),
                        Set.of());
            }
        }
    }

    WriteClosure closure() {
        return closure;
    }

    static String quoted(Relation relation) {
        return Names.quoted(relation.schema()) + "." + Names.quoted(relation.name());
    }

    private void see(Key key, Set<String> columns, boolean all, Bound bound) {
        State state = seen.get(key);
        boolean more = state == null;
        if (state == null) {
            state = new State();
            seen.put(key, state);
        }
        if (all && !state.all) {
            state.all = true;
            more = true;
        }
        more |= state.columns.addAll(columns);
        if (weaker(bound, state.bound)) {
            state.bound = bound;
            more = true;
        }
        if (more) {
            open.add(key);
        }
    }

    private static RelationEffect both(RelationEffect one, RelationEffect other) {
        boolean all = one.allColumns() || other.allColumns();
        Set<String> columns = new HashSet<>();
        if (!all) {
            columns.addAll(one.columns());
            columns.addAll(other.columns());
        }
        Bound bound = weaker(other.bound(), one.bound()) ? other.bound() : one.bound();
        return new RelationEffect(one.relation(), one.operation(), columns, all, bound, one.via());
    }

    /// Whether the first says less about what is kept out.
    private static boolean weaker(Bound one, Bound other) {
        return rank(one) > rank(other);
    }

    private static int rank(Bound bound) {
        return switch (bound) {
            case NOT_APPLICABLE -> 0;
            case BOUNDED -> 1;
            case UNBOUNDED -> 2;
        };
    }

    /// The columns that an operation touches.
    ///
    /// @param all whether every column may be meant
    record Touched(Set<String> columns, boolean all) {
        static final Touched ALL = new Touched(Set.of(), true);
        static final Touched NONE = new Touched(Set.of(), false);

        static Touched of(List<String> columns) {
            return new Touched(Set.copyOf(columns), false);
        }

        /// Whether any of these columns may be among them.
        boolean any(List<String> others) {
            return all || others.stream().anyMatch(columns::contains);
        }

        Touched and(List<String> more) {
            if (all || more.isEmpty()) {
                return this;
            }
            List<String> both = new ArrayList<>(columns);
            both.addAll(more);
            return of(both);
        }
    }
}
