package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.StatementCorpus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every text under `testdata/statements`: what reads is found to read, and of the rest every effect is
/// found. Run with `-Dgolden.update=true` to write down what is found now, and review the difference.
class StatementCorpusTest {
    private static final Analyses ANALYSES = new Analyses();
    private static final Set<StatementKind> HARMLESS =
            Set.of(
                    StatementKind.READ,
                    StatementKind.TRANSACTION,
                    StatementKind.SESSION,
                    StatementKind.EXPORT);

    @AfterAll
    static void close() {
        ANALYSES.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reads-psql.sql",
                "reads-drivers.sql",
                "reads-tools.sql",
                "reads-everyday.sql"
            })
    void findsNothingButReadingInWhatReads(String file) {
        List<String> blocked = new ArrayList<>();
        for (StatementCorpus.Block block : StatementCorpus.read(file)) {
            Analysis analysis = ANALYSES.of(block.text());
            if (!(analysis instanceof Analysis.Understood understood)
                    || !understood.statements().stream()
                            .allMatch(statement -> HARMLESS.contains(statement.kind()))) {
                blocked.add(block.text() + "\n  " + analysis);
            }
        }

        assertThat(blocked).isEmpty();
    }

    @Test
    void hasEnoughTextsThatRead() {
        int texts = 0;
        for (String kind : List.of("psql", "drivers", "tools", "everyday")) {
            texts += StatementCorpus.read("reads-" + kind + ".sql").size();
        }

        assertThat(texts).isGreaterThanOrEqualTo(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"refused-classifiers.sql", "refused-transactions.sql", "refused-writes.sql"})
    void findsEveryEffectOfTheRest(String file) {
        assertThat(StatementCorpus.compare(file, StatementCorpusTest::describe)).isEmpty();
    }

    @Test
    void neverRepeatsALiteral() {
        for (String file : List.of("refused-transactions.sql", "refused-writes.sql")) {
            for (StatementCorpus.Block block : StatementCorpus.read(file)) {
                assertThat(ANALYSES.of(block.text()).toString()).doesNotContain("secret");
            }
        }
    }

    private static List<String> describe(String sql) {
        return switch (ANALYSES.of(sql)) {
            case Analysis.Malformed malformed -> List.of("MALFORMED " + malformed.message());
            case Analysis.Unreadable unreadable -> List.of("UNREADABLE " + unreadable.reason());
            case Analysis.Understood understood ->
                    understood.statements().stream()
                            .flatMap(statement -> statement.effects().stream())
                            .map(effect ->
                                    (effect.kind()
                                                    + " "
                                                    + effect.operation()
                                                    + " "
                                                    + effect.object())
                                            .strip())
                            .toList();
        };
    }
}
