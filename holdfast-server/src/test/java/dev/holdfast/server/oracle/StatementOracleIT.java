package dev.holdfast.server.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Thousands of statements are judged, and then run by a superuser in a transaction that is rolled back.
/// Whatever they really did must have been predicted.
@SideBySide
@OldestAndNewestPostgres
class StatementOracleIT {
    private static final int TRIALS_FOR_ALL_KINDS = 3_000;
    private static final int TRIALS = Integer.getInteger("holdfast.oracle.trials", 3_600);

    /// A table with fewer rows may well be changed whole by a condition that is none of a tautology.
    private static final int ROWS_MIN = 5;

    private static final int SHOWN_MAX = 200;
    private static final double RAN_SHARE_MIN = 0.7;

    private final PostgresVersion version;

    StatementOracleIT(PostgresVersion version) {
        this.version = version;
    }

    @Test
    @SuppressWarnings("SystemOut")
    void everythingThatHappensWasPredicted() throws SQLException {
        long seed = Long.getLong("holdfast.seed", 0);
        int only = Integer.getInteger("holdfast.oracle.trial", -1);
        Tally tally = new Tally();
        Set<String> missing = StatementKinds.all();
        missing.removeAll(StatementKinds.OUTSIDE);
        missing.removeAll(StatementKinds.IMPOSSIBLE);
        try (OracleDatabase database = new OracleDatabase(version, "schema.sql")) {
            SchemaModel model = SchemaModel.read(database.postgres, OracleDatabase.NAME);
            RandomGenerator random = new SplittableRandom(seed);
            Expressions dice = new Expressions(random, model);
            WriteGenerator writes = new WriteGenerator(random, model);
            TautologyGenerator tautologies = new TautologyGenerator(random, model);
            Utilities utilities = new Utilities(random, model, database.postgres);
            Observer observer = database.observer();
            for (int index = 0; index < TRIALS; index++) {
                Trial trial =
                        switch (dice.number(20)) {
                            case 1, 2, 3 -> tautologies.next();
                            case 4, 5, 6, 7, 8 -> utilities.next();
                            default -> writes.next();
                        };
                if (only < 0 || only == index) {
                    String place = version + ", seed " + seed + ", trial " + index;
                    if (run(database, observer, trial, model, place, tally)) {
                        trial.steps()
                                .forEach(step ->
                                        missing.removeAll(
                                                StatementKinds.in(database.parse(step.sql()))));
                    }
                }
            }
        }
        System.out.println("oracle: " + version + ", seed " + seed + ": " + tally.report());
        tally.surprises().stream().limit(SHOWN_MAX).forEach(System.out::println);
        if (only < 0 && TRIALS >= TRIALS_FOR_ALL_KINDS) {
            assertThat(missing).as("kinds of statement that never ran").isEmpty();
            assertThat(tally.ranShare()).isGreaterThan(RAN_SHARE_MIN);
        }
        assertThat(tally.surprises().size())
                .as("rerun one with -Dholdfast.seed=%d -Dholdfast.oracle.trial=N", seed)
                .isZero();
    }

    /// Whether PostgreSQL ran it.
    private static boolean run(
            OracleDatabase database,
            Observer observer,
            Trial trial,
            SchemaModel model,
            String place,
            Tally tally) {
        Prediction predicted = database.predict(trial);
        try {
            database.begin();
            try {
                database.perform(trial);
            } catch (SQLException e) {
                tally.failed(trial, e);
                database.rollback();
                observer.forget();
                return false;
            }
            Observed observed = observer.observe();
            tally.ran(predicted, observed);
            List<String> surprises = Comparison.surprises(predicted, observed, model.partitions());
            if (!surprises.isEmpty()) {
                tally.surprise(place, trial, surprises, predicted);
            }
            everyRow(predicted, observed, model, observer.counts())
                    .forEach(relation -> tally.unbounded(place, trial, relation));
            database.rollback();
            observer.forget();
            return true;
        } catch (SQLException e) {
            throw new IllegalStateException(place + ": " + trial.text(), e);
        }
    }

    /// The tables of which every row was changed although the condition was judged to keep some out.
    private static List<String> everyRow(
            Prediction predicted, Observed observed, SchemaModel model, Map<String, Long> counts) {
        List<String> found = new ArrayList<>();
        for (String relation : predicted.bounded()) {
            long rows = 0;
            long changed = 0;
            for (String member : model.families().getOrDefault(relation, Set.of())) {
                rows += counts.getOrDefault(member, 0L);
                Observed.Rows touched = observed.rows().get(member);
                changed += touched == null ? 0 : touched.changed();
            }
            if (rows >= ROWS_MIN && changed >= rows) {
                found.add(relation);
            }
        }
        return found;
    }
}
