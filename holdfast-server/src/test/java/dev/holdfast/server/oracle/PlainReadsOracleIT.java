package dev.holdfast.server.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Reads that harm nobody must pass: what is refused needlessly drives people to unrestricted access.
@SideBySide
@OldestAndNewestPostgres
class PlainReadsOracleIT {
    private static final int READS = 700;
    private static final double REFUSED_SHARE_MAX = 0.01;

    private final PostgresVersion version;

    PlainReadsOracleIT(PostgresVersion version) {
        this.version = version;
    }

    @Test
    @SuppressWarnings("SystemOut")
    void plainReadsAreAllowed() throws SQLException {
        long seed = Long.getLong("holdfast.seed", 0);
        List<String> refused = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        Principal agent = new Principal("agent", OracleDatabase.NAME, "read-only");
        try (OracleDatabase database = new OracleDatabase(version, "reading.sql")) {
            PlainReads reads = new PlainReads(new SplittableRandom(seed));
            Observer observer = database.observer();
            for (int index = 0; index < READS; index++) {
                Trial trial = reads.next();
                String place = "seed " + seed + ", read " + index + ": " + trial.text();
                Decision decision =
                        new ReadOnlyPolicy().decide(agent, database.analyze(trial.text()));
                if (!(decision instanceof Decision.Allow)) {
                    refused.add(place + ": " + decision.refusal());
                }
                database.begin();
                try {
                    database.perform(trial);
                    Observed observed = observer.observe();
                    boolean settings = trial.text().startsWith("SET ");
                    if (!observed.nothing() && !settings) {
                        wrong.add("not a plain read: " + place + ": " + observed);
                    }
                } catch (SQLException e) {
                    wrong.add("does not run: " + place + ": " + e.getMessage());
                }
                database.rollback();
            }
        }
        System.out.printf(
                "oracle: %s, seed %d: %d plain reads, %d refused (%.2f %%)%n",
                version, seed, READS, refused.size(), 100.0 * refused.size() / READS);
        refused.forEach(System.out::println);
        assertThat(wrong).isEmpty();
        assertThat((double) refused.size() / READS).isLessThan(REFUSED_SHARE_MAX);
    }
}
