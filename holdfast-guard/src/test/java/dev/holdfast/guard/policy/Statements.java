package dev.holdfast.guard.policy;

import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.sql.analysis.TransactionControl;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Statements by what they would do, for tests of what is decided about them.
final class Statements {
    private final List<Effect> effects = new ArrayList<>();
    private final List<RelationEffect> relations = new ArrayList<>();
    private final List<String> unforeseeable = new ArrayList<>();
    private String command;
    private TransactionControl control = TransactionControl.NONE;

    private Statements(StatementKind kind, String command) {
        this.command = command;
        effects.add(new Effect(kind, command, "", "it is made for a test"));
    }

    static Statements select() {
        return new Statements(StatementKind.READ, "SELECT");
    }

    static Statements write(String command) {
        return new Statements(StatementKind.WRITE, command);
    }

    static Statements of(StatementKind kind, String command) {
        return new Statements(kind, command);
    }

    /// Reads columns; none for every column.
    Statements reads(String relation, String... columns) {
        return effect(Operation.READ, relation, Bound.NOT_APPLICABLE, "", columns);
    }

    Statements readsBy(String via, String relation, String... columns) {
        return effect(Operation.READ, relation, Bound.NOT_APPLICABLE, via, columns);
    }

    Statements inserts(String relation, String... columns) {
        return effect(Operation.INSERT, relation, Bound.NOT_APPLICABLE, "", columns);
    }

    Statements updates(String relation, String... columns) {
        return effect(Operation.UPDATE, relation, Bound.BOUNDED, "", columns);
    }

    Statements deletes(String relation) {
        return effect(Operation.DELETE, relation, Bound.BOUNDED, "", "id");
    }

    Statements effect(
            Operation operation, String relation, Bound bound, String via, String... columns) {
        relations.add(
                new RelationEffect(
                        relation, operation, Set.of(columns), columns.length == 0, bound, via));
        return this;
    }

    Statements and(StatementKind kind, String operation, String object) {
        effects.add(new Effect(kind, operation, object, "it is made for a test"));
        return this;
    }

    Statements calls(String function) {
        return and(StatementKind.WRITE, Effect.FUNCTION_CALL, function);
    }

    Statements unforeseeable(String because) {
        unforeseeable.add(because);
        return this;
    }

    Statements as(String name, TransactionControl how) {
        command = name;
        control = how;
        return this;
    }

    /// The same in another order.
    void shuffle(Random random) {
        Collections.shuffle(effects, random);
        Collections.shuffle(relations, random);
        Collections.shuffle(unforeseeable, random);
    }

    StatementEffects build() {
        return new StatementEffects(
                effects.getFirst().kind(),
                command,
                effects,
                Set.of(),
                Set.of(),
                relations,
                unforeseeable,
                control,
                "");
    }

    static Analysis analysis(Statements... statements) {
        List<StatementEffects> built = new ArrayList<>();
        for (Statements each : statements) {
            built.add(each.build());
        }
        return new Analysis.Understood(built, "", false);
    }
}
