package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementAnalyzerTest {
    private static final Analyses ANALYSES = new Analyses();

    @AfterAll
    static void close() {
        ANALYSES.close();
    }

    @Test
    void namesTheRelationsAndFunctionsOfAStatement() {
        StatementEffects effects =
                ANALYSES.effects(
                        "WITH c AS (SELECT lower(name) FROM shop.students) SELECT pg_catalog.count(*)"
                                + " FROM c JOIN \"Order\" ON true");

        assertThat(effects.command()).isEqualTo("SELECT");
        assertThat(effects.relations())
                .containsExactlyInAnyOrder("shop.students", "c", "\"Order\"");
        assertThat(effects.functions()).containsExactlyInAnyOrder("lower", "pg_catalog.count");
    }

    @Test
    void putsTheGravestEffectFirst() {
        StatementEffects effects =
                ANALYSES.effects(
                        "WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d FOR UPDATE");

        assertThat(effects.kind()).isEqualTo(StatementKind.WRITE);
        assertThat(effects.effects())
                .extracting(Effect::kind)
                .containsExactly(StatementKind.WRITE, StatementKind.LOCK, StatementKind.READ);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PREPARE p AS SELECT 1",
                "EXECUTE p",
                "DEALLOCATE p",
                "EXPLAIN ANALYZE EXECUTE p",
                "DECLARE p CURSOR FOR SELECT 1",
                "FETCH 1 FROM p",
                "CLOSE p"
            })
    void tellsTheNameThatAStatementDealsIn(String sql) {
        assertThat(ANALYSES.effects(sql).name()).isEqualTo("p");
    }

    @Test
    void showsAnExecuteBehindExplainAsAnExecute() {
        assertThat(ANALYSES.effects("EXPLAIN ANALYZE EXECUTE p").command()).isEqualTo("EXECUTE");
    }

    @Test
    void understandsAnEmptyTextAsNoStatement() {
        assertThat(ANALYSES.understood(" ; -- nothing\n;").statements()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "SELECT * FROM students WHERE id = 1 AND name = 'x' LIMIT 5",
                "VALUES (1, 'a')",
                "SELECT 1; SELECT 'b'",
                "SELECT nextval('s')"
            })
    void findsThatTheLiteralsOfAPlainSelectDoNotMatter(String sql) {
        assertThat(ANALYSES.understood(sql).literalsMatter()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT set_config('application_name', 'x', false)",
                "SELECT 1 FROM (SELECT pg_catalog.set_config('search_path', '', false)) x",
                "SET application_name = 'x'",
                "DO 'BEGIN END'",
                "EXPLAIN (ANALYZE false) SELECT 1",
                "COPY (SELECT 1) TO STDOUT",
                "BEGIN",
                "SELECT 1; SHOW ALL",
                "FETCH 1 FROM c",
                "DELETE FROM students WHERE id = 1"
            })
    void findsThatLiteralsMatterEverywhereElse(String sql) {
        assertThat(ANALYSES.understood(sql).literalsMatter()).isTrue();
    }

    @Test
    void allowsAFunctionThatPolicyNames() {
        AnalysisScope scope =
                Analyses.scope(
                        Set.of("ext.similarity", "rank_of"),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of());

        assertThat(ANALYSES.kind("SELECT ext.similarity('a', 'b')", scope))
                .isEqualTo(StatementKind.READ);
        assertThat(ANALYSES.kind("SELECT rank_of(1)", scope)).isEqualTo(StatementKind.READ);
        assertThat(ANALYSES.kind("SELECT similarity('a', 'b')", scope))
                .isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind("SELECT other.rank_of(1)", scope)).isEqualTo(StatementKind.WRITE);
    }

    @Test
    void takesAShadowedFunctionForPostgresqlsOwnOnlyWithItsSchema() {
        AnalysisScope scope =
                Analyses.scope(Set.of(), Set.of("lower"), Set.of(), Set.of(), Set.of());

        assertThat(ANALYSES.kind("SELECT lower('A')", scope)).isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind("SELECT pg_catalog.lower('A')", scope))
                .isEqualTo(StatementKind.READ);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 = 2",
                "SELECT 1 IN (1, 2)",
                "SELECT 1 IN (SELECT 1)",
                "SELECT CASE 1 WHEN 2 THEN 3 END",
                "SELECT * FROM a JOIN b USING (id)",
                "SELECT * FROM a NATURAL JOIN b",
                "SELECT nullif(1, 2)",
                "SELECT 1 IS DISTINCT FROM 2"
            })
    void seesAShadowedOperatorBehindSyntax(String sql) {
        AnalysisScope scope = Analyses.scope(Set.of(), Set.of(), Set.of("="), Set.of(), Set.of());

        assertThat(ANALYSES.kind(sql, scope)).isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind(sql, AnalysisScope.BUILT_IN)).isEqualTo(StatementKind.READ);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT set_config('DateStyle', 'ISO', false)",
                "SELECT set_config('DateStyle', 'ISO', 'x'::text)",
                "SELECT SET_CONFIG('work_mem', '4MB', true) FROM t",
                "SELECT \"set_config\"('DateStyle', 'ISO', false)",
                "SELECT U&\"set!005fconfig\" UESCAPE '!' ('DateStyle', 'ISO', false)",
                "SELECT * FROM set_config('DateStyle', 'ISO', false)",
                "WITH x AS (SELECT set_config('DateStyle', 'ISO', false)) TABLE x"
            })
    void aShadowedSetConfigIsAFunctionLikeAnyOther(String sql) {
        AnalysisScope plain = AnalysisScope.BUILT_IN;
        AnalysisScope shadowed =
                Analyses.scope(Set.of(), Set.of("set_config"), Set.of(), Set.of(), Set.of());
        AnalysisScope allowed =
                Analyses.scope(
                        Set.of("set_config"), Set.of("set_config"), Set.of(), Set.of(), Set.of());
        assertThat(ANALYSES.kind(sql, plain)).isEqualTo(StatementKind.SESSION);
        assertThat(ANALYSES.kind(sql, shadowed)).isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind(sql, allowed)).isEqualTo(StatementKind.WRITE);
    }

    @Test
    void theQualifiedSetConfigIsPostgresOwn() {
        AnalysisScope shadowed =
                Analyses.scope(Set.of(), Set.of("set_config"), Set.of(), Set.of(), Set.of());
        assertThat(
                        ANALYSES.kind(
                                "SELECT pg_catalog.set_config('DateStyle', 'ISO', false)",
                                shadowed))
                .isEqualTo(StatementKind.SESSION);
        assertThat(
                        ANALYSES.kind(
                                "SELECT pg_catalog.set_config('role', 'postgres', false)",
                                shadowed))
                .isEqualTo(StatementKind.SAFEGUARD);
    }

    @Test
    void seesAShadowedComparisonBehindBetween() {
        AnalysisScope scope = Analyses.scope(Set.of(), Set.of(), Set.of("<="), Set.of(), Set.of());

        assertThat(ANALYSES.kind("SELECT 1 BETWEEN 0 AND 2", scope)).isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind("SELECT 1 OPERATOR(pg_catalog.<=) 2", scope))
                .isEqualTo(StatementKind.READ);
    }

    @Test
    void seesAFunctionOfTheDatabaseCalledAsAnAttribute() {
        AnalysisScope scope =
                Analyses.scope(Set.of(), Set.of(), Set.of(), Set.of("archive"), Set.of("purge"));

        assertThat(ANALYSES.kind("SELECT (s.id).archive FROM students s", scope))
                .isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind("SELECT s.purge FROM students s", scope))
                .isEqualTo(StatementKind.WRITE);
        assertThat(ANALYSES.kind("SELECT s.archive, purge FROM students s", scope))
                .isEqualTo(StatementKind.READ);
    }

    @Test
    void allowsTheSchemasThatTheScopeNamesOnTheSearchPath() {
        AnalysisScope scope =
                new AnalysisScope(
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of("shop", "pg_catalog"));

        assertThat(ANALYSES.kind("SET search_path = shop", scope)).isEqualTo(StatementKind.SESSION);
        assertThat(
                        ANALYSES.kind(
                                "SELECT set_config('search_path', 'pg_catalog, \"shop\"', true)",
                                scope))
                .isEqualTo(StatementKind.SESSION);
        assertThat(ANALYSES.kind("SET search_path = shop, pg_catalog", scope))
                .isEqualTo(StatementKind.SAFEGUARD);
        assertThat(ANALYSES.kind("SET search_path = public", scope))
                .isEqualTo(StatementKind.SAFEGUARD);
    }
}
