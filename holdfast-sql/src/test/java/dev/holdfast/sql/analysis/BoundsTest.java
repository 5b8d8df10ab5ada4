package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.testkit.StatementCorpus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Conditions that keep rows out, and conditions that only look as if they did. The corpora hold whole
/// statements, or, below `# WHERE`, conditions of a `DELETE FROM students`.
class BoundsTest {
    private static final RelationEffects SHOP = RelationEffects.withCatalog();
    private static final RelationEffects TEXT_ALONE = RelationEffects.withoutCatalog();

    @AfterAll
    static void close() {
        SHOP.close();
        TEXT_ALONE.close();
    }

    @Test
    void knowsWhatKeepsRowsOut() {
        assertThat(others("bounds-bounded.sql", Bound.BOUNDED, SHOP)).isEmpty();
    }

    @Test
    void takesWhatMayKeepNothingOutForUnbounded() {
        assertThat(others("bounds-unbounded.sql", Bound.UNBOUNDED, SHOP)).isEmpty();
    }

    @Test
    void isNotFooledWithoutACatalogEither() {
        assertThat(others("bounds-unbounded.sql", Bound.UNBOUNDED, TEXT_ALONE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE students t SET name = 'x' FROM (VALUES (true), (false)) v (b) WHERE v.b = t.active",
                "DELETE FROM students USING (VALUES (true), (false)) v (b) WHERE active = v.b",
                "DELETE FROM students WHERE EXISTS (SELECT 1 FROM (VALUES (true), (false)) v (b)"
                        + " WHERE v.b = students.active)",
                "DELETE FROM students USING (VALUES (true), (false)) v (b)"
                        + " WHERE v.b IS NOT DISTINCT FROM active",
                "MERGE INTO students t USING (VALUES (true), (false)) v (b) ON v.b = t.active"
                        + " WHEN MATCHED THEN DELETE",
                "DELETE FROM students WHERE name BETWEEN '0' AND '99999'",
                "DELETE FROM students WHERE name >= '1' AND name <= '9'",
                "DELETE FROM students WHERE name BETWEEN '1900-01-01' AND '2000-01-01'"
            })
    void knowsTheTypesOfColumns(String sql) {
        assertThat(SHOP.bound(sql)).isEqualTo(Bound.UNBOUNDED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM t WHERE id = 1",
                "DELETE FROM t WHERE t.id IN (1, 2)",
                "UPDATE t SET a = 1 WHERE id = $1 AND b > 0",
                "UPDATE t SET a = u.a FROM u WHERE t.id = u.id AND u.k = 'x'",
                "DELETE FROM t WHERE id IN (SELECT u.id FROM u WHERE u.k = 1)"
            })
    void needsNoCatalogForPlainConditions(String sql) {
        assertThat(TEXT_ALONE.bound(sql)).isEqualTo(Bound.BOUNDED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Without a catalog the name in the sub-select may be that of the row outside.
                "DELETE FROM t WHERE id IN (SELECT id FROM u WHERE u.k = 1)",
                "DELETE FROM t WHERE id = (SELECT max(id) FROM u)",
                "DELETE FROM t USING u WHERE id = 1"
            })
    void trustsNoNameThatTheTextDoesNotResolve(String sql) {
        assertThat(TEXT_ALONE.bound(sql)).isEqualTo(Bound.UNBOUNDED);
    }

    @Test
    void letsTheLiteralsOfABoundMatter() {
        assertThat(new Analyses().understood("WITH d AS (DELETE FROM t WHERE 1 = 1) SELECT 1"))
                .extracting(Analysis.Understood::literalsMatter)
                .isEqualTo(true);
    }

    @Test
    void hasAtLeastFiveSpellingsOfEachKind() {
        for (String file : List.of("bounds-bounded.sql", "bounds-unbounded.sql")) {
            int spellings = 5;
            String kind = "";
            for (StatementCorpus.Block block : StatementCorpus.read(file)) {
                String remark = block.remarks().isEmpty() ? "" : block.remarks().getFirst();
                if (!remark.isEmpty()) {
                    assertThat(spellings).as(kind).isGreaterThanOrEqualTo(5);
                    kind = remark;
                    spellings = 0;
                }
                spellings += block.text().lines().toList().size();
            }
            assertThat(spellings).as(kind).isGreaterThanOrEqualTo(5);
        }
    }

    /// Each line of a corpus is a text. One that begins with a command is a statement.
    private static List<String> others(String file, Bound expected, RelationEffects effects) {
        List<String> others = new ArrayList<>();
        for (StatementCorpus.Block block : StatementCorpus.read(file)) {
            for (String line : block.text().lines().toList()) {
                boolean whole = line.matches("(?s)(WITH|UPDATE|DELETE|MERGE|INSERT) .*");
                String sql = whole ? line : "DELETE FROM students WHERE " + line;
                if (effects.bound(sql) != expected) {
                    others.add(sql);
                }
            }
        }
        return others;
    }
}
