package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Operator;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.StoredUse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// What the code does that a statement sets off: functions, and expressions that are stored.
final class CodeSteps {
    /// What a default may do with the sequence of its column: rows do not change by it.
    private static final Set<String> OF_SEQUENCES = Set.of("nextval", "currval", "lastval");

    private static final Set<String> ROW_CHANGES =
            Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "COPY FROM");

    /// Where Holdfast's triggers note which rows were changed.
    private static final String SHADOW = "holdfast_shadow";

    private final CatalogSnapshot catalog;
    private final CatalogScope session;
    private final FunctionBodies bodies;
    private final Reaching reaching;
    private final FunctionTrust trust;
    private final Set<Long> met = new HashSet<>();
    private final Set<Long> metWhereNamed = new HashSet<>();
    private final Deque<Run> open = new ArrayDeque<>();

    /// A function that runs.
    ///
    /// @param way why, in words
    /// @param given names of tables that only it can see
    /// @param named whether policy names it, or the function that calls it: then it may call what it
    ///     likes, and only what it does to relations counts
    private record Run(Function function, String way, Set<String> given, boolean named) {}

    CodeSteps(
            CatalogSnapshot catalog,
            CatalogScope session,
            FunctionBodies bodies,
            Reaching reaching) {
        this.catalog = catalog;
        this.session = session;
        this.bodies = bodies;
        this.reaching = reaching;
        this.trust = Objects.requireNonNull(session.trust());
    }

    boolean waiting() {
        return !open.isEmpty();
    }

    /// Looks at the next function that waits.
    void next() {
        Run run = open.poll();
        if (run != null) {
            look(run);
        }
    }

    void function(long oid, String way, Set<String> given) {
        function(oid, way, given, false);
    }

    private void function(long oid, String way, Set<String> given, boolean byNamed) {
        Function function = catalog.function(oid);
        if (function == null) {
            reaching.unforeseeable(way + " runs function " + oid + ", which is not in the catalog");
        } else {
            function(function, way, given, byNamed);
        }
    }

    void function(Function function, String way, Set<String> given) {
        function(function, way, given, false);
    }

    private void function(Function function, String way, Set<String> given, boolean byNamed) {
        boolean named = byNamed || (!function.builtIn() && trust.called(function) == null);
        boolean known =
                met.contains(function.oid()) || (named && metWhereNamed.contains(function.oid()));
        if (known) {
            return;
        }
        (named ? metWhereNamed : met).add(function.oid());
        if (function.builtIn()) {
            if (named) {
                return;
            }
            Hazard hazard = trust.called(function);
            if (hazard != null
                    && !function.ofTriggers()
                    && !OF_SEQUENCES.contains(function.name())) {
                reaching.hazard(
                        hazard.kind(),
                        Effect.FUNCTION_CALL,
                        function.name(),
                        way + " " + hazard.clause());
            }
        } else if (!trust.ofTrustedExtension(function)) {
            if (function.kind() == Function.Kind.AGGREGATE) {
                function.parts().forEach(part -> function(part, way, Set.of(), named));
            } else {
                open.add(new Run(function, way, given, named));
            }
        }
    }

    /// What an expression or a query that is stored runs; what it reads too, where it is a query.
    ///
    /// @param self the relation that it belongs to
    void stored(References references, long self, String way) {
        references.functions().forEach(oid -> function(oid, way, Set.of()));
        for (long oid : references.operators()) {
            Operator operator = catalog.operator(oid);
            if (operator == null) {
                reaching.unforeseeable(
                        way + " uses operator " + oid + ", which is not in the catalog");
            } else if (!operator.builtIn() && !trust.allows(operator)) {
                function(operator.function(), way, Set.of());
            }
        }
        TypeHazards types = session.typeHazards();
        for (long type : references.types()) {
            Hazard hazard =
                    CatalogSnapshot.builtIn(type) || types == null ? null : types.making(type);
            if (hazard != null) {
                reaching.hazard(
                        hazard.kind(),
                        "CAST TO",
                        "",
                        way + " makes values of a type that " + hazard.clause());
            }
        }
        reads(references, self, way);
    }

    /// What the values in the columns of a relation run when they are made or compared.
    void values(Relation relation) {
        TypeHazards types = session.typeHazards();
        Hazard hazard = types == null ? null : types.making(relation.rowType());
        if (hazard != null) {
            reaching.hazard(
                    hazard.kind(),
                    "MAKE ROW",
                    Reaching.quoted(relation),
                    "a row of " + Reaching.quoted(relation) + " " + hazard.clause());
        }
    }

    /// What a stored query reads.
    void reads(References references, long self, String way) {
        for (StoredUse use : references.uses()) {
            if (use.relation() != self) {
                reaching.reach(
                        use.relation(),
                        use.reads() ? Operation.READ : Operation.LOCK,
                        named(use.relation(), use.read()),
                        Bound.NOT_APPLICABLE,
                        way);
                if (!use.reads()) {
                    reaching.reach(
                            use.relation(),
                            Operation.READ,
                            named(use.relation(), use.read()),
                            Bound.NOT_APPLICABLE,
                            way);
                }
            }
        }
    }

    Reaching.Touched named(long oid, Set<Integer> numbers) {
        Relation relation = catalog.relation(oid);
        Set<String> names = new HashSet<>();
        for (int number : numbers) {
            String name = relation == null || number == 0 ? null : relation.columnName(number);
            if (name == null) {
                return Reaching.Touched.ALL;
            }
            names.add(name);
        }
        return new Reaching.Touched(names, false);
    }

    private void look(Run run) {
        Function function = run.function();
        boolean excused = run.named() || trust.behind(function) == null;
        String runs = run.way() + " runs " + function.qualified() + "()";
        switch (bodies.of(function)) {
            case FunctionBody.Opaque(String why) -> {
                if (!excused) {
                    reaching.unforeseeable(runs + ", " + why);
                }
            }
            case FunctionBody.Read readable -> {
                if (readable.dynamic()) {
                    reaching.unforeseeable(runs + ", which puts SQL together while it runs");
                }
                CatalogScope scope = bodies.scopeOf(function);
                readable.statements().forEach(statement -> statement(statement, run, scope));
            }
        }
    }

    private void statement(FunctionBody.Direct statement, Run run, CatalogScope scope) {
        StatementEffects effects = statement.effects();
        effects.relationEffects().forEach(effect -> relation(effect, run));
        effects.unforeseeable().forEach(why -> reaching.unforeseeable(run.way() + ": " + why));
        reaching.events(effects);
        Set<String> seenThrough = new HashSet<>();
        for (FunctionCalled call : statement.called()) {
            List<Function> candidates = scope.ownFunctions(call);
            if (!candidates.isEmpty() && harmlessOtherwise(call)) {
                seenThrough.add(Names.quoted(call.name()));
            }
            candidates.forEach(
                    each -> function(each, "function " + each.qualified(), Set.of(), run.named()));
        }
        for (Effect effect : effects.effects()) {
            if (!run.named() && grave(effect, seenThrough)) {
                // COMMIT in a procedure ends the very transaction that is judged.
                StatementKind kind =
                        effect.kind() == StatementKind.TRANSACTION
                                ? StatementKind.PROCEDURAL
                                : effect.kind();
                reaching.hazard(
                        kind,
                        effect.operation(),
                        effect.object(),
                        run.way() + ": " + effect.because());
            }
        }
    }

    /// Whether the built-in functions of the same name, if there are any, are harmless.
    private static boolean harmlessOtherwise(FunctionCalled call) {
        return !Names.builtIn(call.name())
                || FunctionLists.CURATED.refusal(call.name().getLast(), call.arguments()) == null;
    }

    private static boolean grave(Effect effect, Set<String> seenThrough) {
        return switch (effect.kind()) {
            case READ, SESSION -> false;
            case LOCK -> !effect.operation().startsWith("SELECT FOR ");
            case WRITE ->
                    !ROW_CHANGES.contains(effect.operation())
                            && !ofSequences(effect)
                            && !(effect.operation().equals(Effect.FUNCTION_CALL)
                                    && seenThrough.contains(effect.object()));
            case PROCEDURAL ->
                    !(effect.operation().equals("CALL") && seenThrough.contains(effect.object()));
            case UNKNOWN ->
                    !effect.operation().equals(Effect.UNKNOWN_NAME)
                            && !effect.operation().equals(Effect.UNKNOWN_SCHEMA);
            case TRANSACTION, EXPORT, DEFINE, DESTROY, PRIVILEGE, UNSAFE_IO, SAFEGUARD -> true;
        };
    }

    private static boolean ofSequences(Effect effect) {
        String name = effect.object();
        return effect.operation().equals(Effect.FUNCTION_CALL)
                && OF_SEQUENCES.contains(
                        name.startsWith("pg_catalog.") ? name.substring(11) : name);
    }

    private void relation(RelationEffect effect, Run run) {
        Relation relation = reaching.closure().relation(effect.relation());
        if (relation != null && isNote(effect, relation, run.function())) {
            return;
        }
        if (relation != null) {
            reaching.reach(
                    relation.oid(),
                    effect.operation(),
                    new Reaching.Touched(effect.columns(), effect.allColumns()),
                    effect.bound(),
                    run.way());
            return;
        }
        boolean given = run.given().contains(unquoted(effect.relation()));
        if (given) {
            return;
        }
        reaching.reachUnknown(effect, run.way());
        if (effect.operation() != Operation.DEFINE) {
            reaching.unforeseeable(
                    run.way() + " uses " + effect.relation() + ", which is not in the catalog");
        }
    }

    /// Whether a trigger of Holdfast's own notes where a row was changed: nobody's data, and not what the
    /// statement is about.
    private static boolean isNote(RelationEffect effect, Relation relation, Function function) {
        return effect.operation() == Operation.INSERT
                && relation.schema().equals(SHADOW)
                && relation.name().equals("places")
                && function.schema().equals(SHADOW)
                && function.name().equals("note")
                && function.ofTriggers();
    }

    private static String unquoted(String name) {
        return name.length() > 1 && name.startsWith("\"")
                ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                : name;
    }
}
