package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.Schema;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// A partition named in place of its table must not be a way around what is said of the table.
class LineageTest {
    private static final int TEXT_OID = 25;
    private static final RelationEffects EFFECTS = RelationEffects.in(scope());

    @AfterAll
    static void close() {
        EFFECTS.close();
    }

    private static CatalogScope scope() {
        CatalogSnapshot.Builder catalog = new CatalogSnapshot.Builder();
        catalog.schema(new Schema("public", "owner", List.of()))
                .schema(new Schema("old", "owner", List.of()))
                .pathSchema("public");
        relation(catalog, 1, "public.students", "id name email");
        relation(catalog, 2, "public.students_2024", "id name email");
        relation(catalog, 3, "old.\"Students_2024_1\"", "id name email");
        relation(catalog, 4, "public.pupils", "id name email school");
        relation(catalog, 5, "public.courses", "id title");
        catalog.child(20_001, 20_002).child(20_002, 20_003).child(20_001, 20_004);
        return CatalogScope.of(catalog.build("x", Instant.EPOCH), AnalysisScope.BUILT_IN);
    }

    private static void relation(
            CatalogSnapshot.Builder catalog, long number, String name, String columns) {
        String[] parts = name.replace("\"", "").split("\\.", -1);
        List<Relation.Column> described =
                Arrays.stream(columns.split(" ", -1))
                        .map(column ->
                                new Relation.Column(
                                        column,
                                        0,
                                        TEXT_OID,
                                        false,
                                        Relation.Value.NONE,
                                        References.NONE))
                        .toList();
        catalog.relation(
                new Relation(
                        20_000 + number,
                        parts[0],
                        parts[1],
                        Relation.Kind.TABLE,
                        "owner",
                        0,
                        false,
                        false,
                        List.of(),
                        List.of(),
                        described));
    }

    private static List<RelationEffect> onParent(String sql) {
        return EFFECTS.of(sql).stream()
                .filter(effect -> effect.relation().equals("public.students"))
                .toList();
    }

    @Test
    void readingAPartitionReadsItsTable() {
        for (String sql :
                List.of(
                        "SELECT email FROM students_2024",
                        "SELECT s.email FROM ONLY public.students_2024 s",
                        "SELECT 1 FROM students_2024 WHERE email = 'a'",
                        "COPY students_2024 (email) TO STDOUT",
                        "WITH x AS (SELECT email FROM students_2024) SELECT 1 FROM x",
                        "SELECT email FROM old.\"Students_2024_1\" TABLESAMPLE SYSTEM (1)",
                        "SELECT email FROM pupils")) {
            assertThat(onParent(sql))
                    .as(sql)
                    .hasSize(1)
                    .allSatisfy(effect -> {
                        assertThat(effect.operation()).isEqualTo(RelationEffect.Operation.READ);
                        assertThat(effect.columns()).contains("email");
                        assertThat(effect.direct()).isFalse();
                    });
        }
    }

    @Test
    void everyColumnIsEveryColumnOfTheTable() {
        assertThat(onParent("SELECT * FROM students_2024"))
                .singleElement()
                .matches(RelationEffect::allColumns);
        assertThat(onParent("SELECT row_to_json(p) FROM pupils p"))
                .singleElement()
                .matches(RelationEffect::allColumns);
    }

    @Test
    void changingAPartitionTouchesTheSameColumns() {
        assertThat(onParent("UPDATE students_2024 SET email = 'x' WHERE id = '1'"))
                .anyMatch(effect -> effect.columns().contains("email"));
        assertThat(onParent("DELETE FROM pupils WHERE school = 'x'"))
                .isNotEmpty()
                .noneMatch(effect -> effect.columns().contains("school"));
    }

    @Test
    void whatBelongsToNothingStaysAsItIs() {
        assertThat(EFFECTS.of("SELECT * FROM courses")).hasSize(1);
    }

    @Test
    void readingATableSaysNothingTwiceOfIt() {
        assertThat(EFFECTS.of("SELECT email FROM students"))
                .noneMatch(effect -> effect.via().startsWith("its part"));
    }
}
