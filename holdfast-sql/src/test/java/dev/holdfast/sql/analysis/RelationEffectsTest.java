package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.StatementCorpus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every text of the effects' corpora, against the catalog of [Shop] and without a catalog. Run with
/// `-Dgolden.update=true` to write down what is found now, and review the difference.
class RelationEffectsTest {
    private static final RelationEffects SHOP = RelationEffects.withCatalog();
    private static final RelationEffects TEXT_ALONE = RelationEffects.withoutCatalog();

    @AfterAll
    static void close() {
        SHOP.close();
        TEXT_ALONE.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"effects-queries.sql", "effects-objects.sql", "effects-columns.sql"})
    void findsWhatIsDoneToEachRelation(String file) {
        assertThat(StatementCorpus.compare(file, SHOP::describe)).isEmpty();
    }

    @Test
    void findsWhatIsDoneByTheTextAlone() {
        assertThat(StatementCorpus.compare("effects-without-catalog.sql", TEXT_ALONE::describe))
                .isEmpty();
    }
}
