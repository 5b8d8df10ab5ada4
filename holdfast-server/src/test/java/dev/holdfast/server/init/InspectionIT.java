package dev.holdfast.server.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.init.Proposal.Proposed;
import dev.holdfast.server.init.Proposal.Standing;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a look at a database of three hundred tables finds, against what is true of it.
@SideBySide
@SuppressWarnings("SystemOut") // its figures are read by people
class InspectionIT {
    private static final ThreeHundredTables TABLES = ThreeHundredTables.read();
    private static DisposablePostgres postgres;
    private static Proposal proposal;

    @BeforeAll
    static void look() throws SQLException {
        postgres = DisposablePostgres.start();
        TABLES.create(postgres, "company");
        postgres.createRole("onlooker", "onlooker-password", "NOSUPERUSER");
        postgres.sqlIn("company", "GRANT pg_read_all_data TO onlooker");
        DatabaseAddress address =
                DatabaseAddress.of(
                        "postgresql://onlooker@127.0.0.1:%d/company?sslmode=disable"
                                .formatted(postgres.port()));
        long began = System.nanoTime();
        proposal =
                Proposal.of(
                        Inspection.of(
                                address,
                                "onlooker-password",
                                SampleSettings.DEFAULTS,
                                InstantSource.system()));
        System.out.printf(
                Locale.ROOT,
                "init: %d tables looked at in %.1f s%n",
                TABLES.tables(),
                (System.nanoTime() - began) / 1e9);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void thereAreThreeHundredTables() {
        assertThat(TABLES.tables()).isGreaterThanOrEqualTo(300);
    }

    @Test
    void findsWhatIsPersonalAndLittleElse() {
        int found = 0;
        List<String> missed = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (Proposed proposed : proposal.relations()) {
            Map<String, Category> truth = TABLES.personal().get(proposed.pattern());
            if (truth == null || TABLES.restricted().contains(proposed.pattern())) {
                continue;
            }
            for (String column : truth.keySet()) {
                if (proposed.denied().containsKey(column)) {
                    found++;
                } else {
                    missed.add(proposed.pattern() + "." + column + " " + truth.get(column));
                }
            }
            proposed.denied()
                    .forEach((column, finding) -> {
                        if (!truth.containsKey(column)) {
                            wrong.add(proposed.pattern() + "." + column + " " + finding.because());
                        }
                    });
        }
        double recall = found / (double) (found + missed.size());
        double precision = found / (double) (found + wrong.size());
        System.out.printf(
                Locale.ROOT,
                "init: denied columns: recall %.3f (%d of %d), precision %.3f (%d wrong)%n",
                recall,
                found,
                found + missed.size(),
                precision,
                wrong.size());
        missed.forEach(each -> System.out.println("  missed " + each));
        wrong.forEach(each -> System.out.println("  wrong  " + each));
        assertThat(recall).as(missed.toString()).isGreaterThanOrEqualTo(0.95);
        assertThat(precision).as(wrong.toString()).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void closesWhatIsSecretAndNothingElse() {
        Set<String> closed = new TreeSet<>();
        proposal.of(Standing.RESTRICTED).forEach(each -> closed.add(each.pattern()));
        Set<String> inClosedSchemas = new TreeSet<>();
        Set<String> others = new TreeSet<>();
        for (String relation : TABLES.restricted()) {
            String schema = relation.substring(0, relation.indexOf('.'));
            (proposal.closedSchemas().containsKey(schema) ? inClosedSchemas : others).add(relation);
        }
        assertThat(proposal.closedSchemas()).containsOnlyKeys("vault", "secrets", "auth", "audit");
        assertThat(closed).isEqualTo(others);
    }

    @Test
    void withholdsTheViewsThatLeak() {
        assertThat(proposal.relations())
                .filteredOn(each -> TABLES.leaking().contains(each.pattern()))
                .filteredOn(each -> each.standing() == Standing.GRANTED)
                .filteredOn(each -> each.denied().isEmpty())
                .isEmpty();
    }

    @Test
    void grantsTheRest() {
        assertThat(proposal.of(Standing.WITHHELD))
                .extracting(Proposed::pattern)
                .allMatch(pattern -> TABLES.leaking().contains(pattern));
    }
}
