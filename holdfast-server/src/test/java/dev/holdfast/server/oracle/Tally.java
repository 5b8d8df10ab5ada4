package dev.holdfast.server.oracle;

import dev.holdfast.sql.analysis.RelationEffect.Operation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What came of many trials: surprises, and how much more was predicted than happened.
final class Tally {
    private static final Set<Operation> CHANGES =
            Set.of(
                    Operation.INSERT,
                    Operation.UPDATE,
                    Operation.DELETE,
                    Operation.TRUNCATE,
                    Operation.DEFINE,
                    Operation.ALTER,
                    Operation.DROP);

    private final List<String> surprises = new ArrayList<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private final Map<String, String> examples = new TreeMap<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final List<String> everyRow = new ArrayList<>();
    private int trials;
    private int failed;
    private int anything;
    private int needless;
    private int changesPredicted;
    private int changesThatHappened;

    /// PostgreSQL would not run it. Its effects, if any, are undone.
    void failed(Trial trial, SQLException failure) {
        trials++;
        failed++;
        String reason = trial.family() + ": " + firstLine(failure);
        failures.merge(reason, 1, Integer::sum);
        examples.putIfAbsent(reason, trial.text());
    }

    void ran(Prediction predicted, Observed observed) {
        trials++;
        if (!predicted.anything().isEmpty()) {
            anything++;
            reasons.merge(predicted.anything(), 1, Integer::sum);
            if (observed.nothing()) {
                needless++;
            }
            return;
        }
        predicted
                .operations()
                .forEach((relation, operations) -> {
                    for (Operation operation : operations) {
                        if (CHANGES.contains(operation)) {
                            changesPredicted++;
                            if (happened(relation, operation, observed)) {
                                changesThatHappened++;
                            }
                        }
                    }
                });
    }

    private static boolean happened(String relation, Operation operation, Observed observed) {
        Observed.Rows rows = observed.rows().get(relation);
        return switch (operation) {
            case INSERT -> rows != null && rows.inserted() > 0;
            case UPDATE -> rows != null && rows.updated() > 0;
            case DELETE -> rows != null && rows.deleted() > 0;
            case TRUNCATE -> observed.emptied().contains(relation);
            case DEFINE -> observed.defined().stream().anyMatch(each -> each.endsWith(relation));
            case ALTER -> observed.altered().contains(relation);
            case DROP -> observed.dropped().contains(relation);
            case READ, LOCK -> false;
        };
    }

    void surprise(String place, Trial trial, List<String> unpredicted, Prediction predicted) {
        surprises.add(
                "%s: %s%n    not predicted: %s%n    predicted: %s"
                        .formatted(place, trial.text(), String.join("; ", unpredicted), predicted));
    }

    /// A write changed every row of a table although its condition was said to be able to keep some out.
    void unbounded(String place, Trial trial, String relation) {
        if (trial.tautology()) {
            surprises.add(
                    "%s: %s%n    not predicted: all rows of %s"
                            .formatted(place, trial.text(), relation));
        } else {
            everyRow.add("%s: %s".formatted(place, trial.text()));
        }
    }

    List<String> surprises() {
        return surprises;
    }

    /// The share of trials that PostgreSQL ran, 0 to 1.
    double ranShare() {
        return trials == 0 ? 0 : 1 - (double) failed / trials;
    }

    /// For people: one line of figures, and why statements failed or could not be foreseen.
    String report() {
        StringBuilder text =
                new StringBuilder(
                        ("%,d trials: %,d ran, %,d failed in PostgreSQL; %,d with unpredicted"
                                        + " effects; %,d of those that ran were judged to do anything"
                                        + " (%.1f %%), %,d of these changed nothing; of %,d changes"
                                        + " predicted otherwise %,d did not happen (%.1f %%)")
                                .formatted(
                                        trials,
                                        trials - failed,
                                        failed,
                                        surprises.size(),
                                        anything,
                                        percent(anything, trials - failed),
                                        needless,
                                        changesPredicted,
                                        changesPredicted - changesThatHappened,
                                        percent(
                                                changesPredicted - changesThatHappened,
                                                changesPredicted)));
        text.append(
                "; %,d writes changed every row under a condition that depends on the rows"
                        .formatted(everyRow.size()));
        if (Boolean.getBoolean("holdfast.oracle.verbose")) {
            text.append("\nevery row:");
            everyRow.forEach(each -> text.append("\n  ").append(each));
            text.append("\nfailures: ").append(most(failures));
            text.append("\nanything: ").append(most(reasons));
        }
        return text.toString();
    }

    private static double percent(int part, int whole) {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }

    private String most(Map<String, Integer> counts) {
        StringBuilder text = new StringBuilder();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(each ->
                        text.append("\n  ")
                                .append(each.getValue())
                                .append("  ")
                                .append(each.getKey())
                                .append(examples.containsKey(each.getKey()) ? "  <- " : "")
                                .append(examples.getOrDefault(each.getKey(), "")));
        return text.toString();
    }

    private static String firstLine(SQLException failure) {
        return String.valueOf(failure.getMessage()).split("\n", 2)[0];
    }
}
