package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Texts that have room for more names and scopes than can be looked up: the work is bounded, and what
/// could not be looked up is assumed.
@Timeout(300)
class LargeStatementsTest {
    private static final RelationEffects SHOP = RelationEffects.withCatalog();

    @AfterAll
    static void close() {
        SHOP.close();
    }

    private static String list(int count, String separator, IntFunction<String> element) {
        return IntStream.range(0, count).mapToObj(element).collect(Collectors.joining(separator));
    }

    @Test
    void assumesEveryColumnWhereThereAreTooManyNames() {
        String sql =
                "SELECT "
                        + list(20_000, ",", i -> "c" + i)
                        + " FROM "
                        + list(2_000, ",", i -> "t" + i);

        List<RelationEffect> effects = SHOP.of(sql);

        assertThat(effects).hasSize(2_000).allMatch(RelationEffect::allColumns);
    }

    @Test
    void spendsBoundedTimeOnNamesWithTables() {
        String sql =
                "SELECT "
                        + list(20_000, ",", i -> "t" + (i % 2_000) + ".c" + i)
                        + " FROM "
                        + list(2_000, ",", i -> "t" + i);
        SHOP.of("SELECT 1");

        long started = System.nanoTime();
        List<RelationEffect> effects = SHOP.of(sql);

        assertThat(effects).hasSize(2_000).allMatch(RelationEffect::allColumns);
        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isLessThan(Duration.ofSeconds(60));
    }

    @Test
    void findsTheBoundAmongManyConditions() {
        assertThat(
                        SHOP.bound(
                                "DELETE FROM students WHERE id IN ("
                                        + list(10_000, ",", i -> "" + i)
                                        + ")"))
                .isEqualTo(Bound.BOUNDED);
        assertThat(
                        SHOP.bound(
                                "DELETE FROM students WHERE "
                                        + list(5_000, " OR ", i -> "id = " + i)))
                .isEqualTo(Bound.BOUNDED);
        assertThat(
                        SHOP.bound(
                                "DELETE FROM students WHERE "
                                        + list(5_000, " AND ", i -> "id > " + i)))
                .isEqualTo(Bound.UNBOUNDED);
        assertThat(
                        SHOP.bound(
                                "DELETE FROM students WHERE "
                                        + list(5_000, " OR ", i -> "id = " + i)
                                        + " OR id <> 0"))
                .isEqualTo(Bound.UNBOUNDED);
    }

    @Test
    void takesDeepNestingForUnbounded() {
        String deep = "SELECT id FROM archive WHERE archive.id = 5";
        for (int i = 0; i < 200; i++) {
            deep = "SELECT id FROM archive WHERE archive.id IN (" + deep + ")";
        }

        assertThat(SHOP.bound("DELETE FROM students WHERE id IN (" + deep + ")"))
                .isEqualTo(Bound.UNBOUNDED);
        assertThat(
                        SHOP.bound(
                                "DELETE FROM students WHERE "
                                        + "NOT (".repeat(500)
                                        + "id = 5"
                                        + ")".repeat(500)))
                .isEqualTo(Bound.UNBOUNDED);
    }

    @Test
    void looksAtChainsOfCtesOnce() {
        String sql =
                "WITH c0 AS (SELECT id FROM students WHERE id = 5), "
                        + list(
                                2_000,
                                ", ",
                                i ->
                                        "c"
                                                + (i + 1)
                                                + " AS (SELECT a.id FROM c"
                                                + i
                                                + " a, c"
                                                + i
                                                + " b)")
                        + " DELETE FROM students WHERE id IN (SELECT id FROM c2000)";

        assertThat(SHOP.of(sql))
                .extracting(RelationEffect::operation)
                .containsExactlyInAnyOrder(Operation.READ, Operation.DELETE);
    }

    @Test
    void followsLongUnionsAndJoins() {
        String union = list(3_000, " UNION ALL ", i -> "SELECT id FROM students");
        String joins = "students s0" + list(1_500, "", i -> " JOIN courses c" + i + " USING (id)");

        assertThat(SHOP.of(union)).hasSize(1);
        assertThat(SHOP.of("SELECT 1 FROM " + joins)).hasSize(2);
        assertThat(
                        SHOP.of(
                                "SELECT 1 FROM "
                                        + joins.replace("JOIN", "NATURAL JOIN")
                                                .replace(" USING (id)", "")))
                .hasSize(2);
    }
}
