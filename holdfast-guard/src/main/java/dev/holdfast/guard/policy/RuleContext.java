package dev.holdfast.guard.policy;

import dev.cel.runtime.CelVariableResolver;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.StatementEffects;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The values of [RuleVariable] for one statement, worked out as they are asked for.
///
/// @param now the moment of the decision
record RuleContext(
        Principal principal, StatementEffects statement, Instant now, RuleSurroundings surroundings)
        implements CelVariableResolver {

    @Override
    public Optional<Object> find(String name) {
        return Optional.of(value(RuleVariable.of(name)));
    }

    private Object value(RuleVariable variable) {
        return switch (variable) {
            case AGENT -> principal.agent();
            case DATABASE -> principal.database();
            case POLICY -> principal.policy();
            case TASK, JUSTIFICATION -> "";
            case KIND -> statement.kind().name();
            case COMMAND -> statement.command();
            case READS -> relations(effect -> effect == RelationEffect.Operation.READ);
            case WRITES -> relations(RuleContext::changes);
            case RELATIONS -> relations(_ -> true);
            case COLUMNS -> columns();
            case FUNCTIONS -> statement.functions().stream().sorted().toList();
            case UNBOUNDED ->
                    statement.relationEffects().stream()
                            .anyMatch(each -> each.bound() == RelationEffect.Bound.UNBOUNDED);
            case UNFORESEEABLE -> !statement.unforeseeable().isEmpty();
            case HOUR -> (long) utc().getHour();
            case MINUTE -> (long) utc().getMinute();
            case DAY_OF_WEEK -> (long) utc().getDayOfWeek().getValue();
            case UTC -> now;
            case STATEMENTS_LAST_MINUTE ->
                    surroundings.history().statementsLastMinute(principal.agent());
            case REFUSALS_LAST_MINUTE ->
                    surroundings.history().refusalsLastMinute(principal.agent());
        };
    }

    private static boolean changes(RelationEffect.Operation operation) {
        return switch (operation) {
            case READ, LOCK, DEFINE -> false;
            case INSERT, UPDATE, DELETE, ALTER, TRUNCATE, DROP -> true;
        };
    }

    private List<String> relations(Predicate<RelationEffect.Operation> wanted) {
        return statement.relationEffects().stream()
                .filter(effect -> wanted.test(effect.operation()))
                .map(RelationEffect::relation)
                .distinct()
                .sorted()
                .toList();
    }

    private List<String> columns() {
        TreeSet<String> columns = new TreeSet<>();
        for (RelationEffect effect : statement.relationEffects()) {
            if (effect.allColumns()) {
                columns.add(effect.relation() + ".*");
            } else {
                effect.columns().forEach(column -> columns.add(effect.relation() + "." + column));
            }
        }
        return List.copyOf(columns);
    }

    private ZonedDateTime utc() {
        return now.atZone(ZoneOffset.UTC);
    }
}
