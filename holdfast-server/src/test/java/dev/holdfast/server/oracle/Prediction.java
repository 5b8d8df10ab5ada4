package dev.holdfast.server.oracle;

import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.sql.analysis.TransactionControl;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the analysis says that the statements of a trial may do, taken together.
final class Prediction {
    /// Effects that say: code runs here which is not known to be harmless. Whoever allows them has been
    /// told that anything may happen.
    private static final Set<String> RUN_CODE =
            Set.of(
                    Effect.FUNCTION_CALL,
                    Effect.OPERATOR_CALL,
                    "CAST TO",
                    "MAKE ROW",
                    "SELECT FROM");

    private final Map<String, Set<Operation>> operations = new HashMap<>();
    private final Set<StatementKind> kinds = EnumSet.noneOf(StatementKind.class);
    private final Set<String> commands = new HashSet<>();
    private final Set<String> boundedTargets = new HashSet<>();
    private final Set<String> unboundedTargets = new HashSet<>();
    private final Set<TransactionControl> controls = EnumSet.noneOf(TransactionControl.class);
    private String anything = "";

    /// Whether a statement before this one changed definitions. No other session can see them before the
    /// COMMIT, so what follows in the same transaction is judged by a catalog that is out of date: what
    /// it writes cannot be told from it.
    private boolean defined;

    private Prediction() {}

    static Prediction of(List<Analysis> analyses) {
        Prediction prediction = new Prediction();
        for (Analysis analysis : analyses) {
            switch (analysis) {
                case Analysis.Understood understood ->
                        understood.statements().forEach(prediction::add);
                case Analysis.Malformed malformed ->
                        prediction.anything = "not SQL: " + malformed.message();
                case Analysis.Unreadable unreadable ->
                        prediction.anything = "not read: " + unreadable.reason();
            }
        }
        return prediction;
    }

    private void add(StatementEffects statement) {
        if (defined && statement.kind() == StatementKind.WRITE) {
            anything = "the catalog that was read no longer holds";
        }
        defined |=
                statement.effects().stream()
                        .anyMatch(effect ->
                                effect.kind() == StatementKind.DEFINE
                                        || effect.kind() == StatementKind.DESTROY
                                        || effect.kind() == StatementKind.PRIVILEGE);
        commands.add(statement.command());
        controls.add(statement.control());
        for (RelationEffect effect : statement.relationEffects()) {
            operations
                    .computeIfAbsent(effect.relation(), _ -> EnumSet.noneOf(Operation.class))
                    .add(effect.operation());
            boolean write =
                    effect.operation() == Operation.UPDATE
                            || effect.operation() == Operation.DELETE;
            if (effect.direct() && write) {
                (effect.bound() == Bound.BOUNDED ? boundedTargets : unboundedTargets)
                        .add(effect.relation());
            }
        }
        if (!statement.unforeseeable().isEmpty()) {
            anything = statement.unforeseeable().getFirst();
        }
        for (Effect effect : statement.effects()) {
            kinds.add(effect.kind());
            boolean code =
                    RUN_CODE.contains(effect.operation())
                            && effect.kind().compareTo(StatementKind.LOCK) >= 0;
            if (code
                    || effect.kind() == StatementKind.PROCEDURAL
                    || effect.kind() == StatementKind.UNKNOWN) {
                anything = effect.operation() + " " + effect.object();
            }
        }
    }

    /// Why anything may happen; empty where the prediction is complete.
    String anything() {
        return anything;
    }

    boolean hasKind(StatementKind first, StatementKind... others) {
        return kinds.contains(first) || List.of(others).stream().anyMatch(kinds::contains);
    }

    /// Whether some effect is at least as grave.
    boolean atLeast(StatementKind kind) {
        return kinds.stream().anyMatch(each -> each.compareTo(kind) >= 0);
    }

    boolean hasCommand(String command) {
        return commands.contains(command);
    }

    boolean endsTransaction() {
        return controls.contains(TransactionControl.COMMIT)
                || controls.contains(TransactionControl.ROLLBACK)
                || controls.contains(TransactionControl.TWO_PHASE);
    }

    /// Whether one of the operations on the relation was predicted. A relation that no catalog shows,
    /// such as a new or a temporary one, may be predicted under the name that the text gives it.
    boolean does(String relation, Operation first, Operation... others) {
        Set<Operation> predicted = EnumSet.noneOf(Operation.class);
        predicted.addAll(operations.getOrDefault(relation, Set.of()));
        String name = lastPart(relation);
        predicted.addAll(operations.getOrDefault(name, Set.of()));
        // Patterns: every relation of a schema, and every relation.
        String schema = relation.substring(0, relation.length() - name.length());
        predicted.addAll(operations.getOrDefault(schema + "*", Set.of()));
        predicted.addAll(operations.getOrDefault("*.*", Set.of()));
        if (relation.startsWith("pg_temp")) {
            operations.forEach((written, set) -> {
                if (lastPart(written).equals(name)) {
                    predicted.addAll(set);
                }
            });
        }
        return predicted.contains(first) || List.of(others).stream().anyMatch(predicted::contains);
    }

    /// The relations that the statements name and change, only ever under conditions that are said to be
    /// able to keep rows out.
    Set<String> bounded() {
        Set<String> bounded = new HashSet<>(boundedTargets);
        bounded.removeAll(unboundedTargets);
        return bounded;
    }

    /// Every relation with what may happen to it.
    Map<String, Set<Operation>> operations() {
        return operations;
    }

    private static String lastPart(String relation) {
        boolean quoted = relation.endsWith("\"");
        int dot = quoted ? relation.lastIndexOf(".\"") : relation.lastIndexOf('.');
        return relation.substring(dot + 1);
    }

    @Override
    public String toString() {
        return kinds + " " + operations + (anything.isEmpty() ? "" : " anything: " + anything);
    }
}
