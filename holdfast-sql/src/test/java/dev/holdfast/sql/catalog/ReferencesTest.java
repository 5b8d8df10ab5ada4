package dev.holdfast.sql.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The texts are pieces of what PostgreSQL 15 and 18 store.
class ReferencesTest {
    @Test
    void readsWhatAQueryDoesToARelationAsPostgresql15NotesIt() {
        References references =
                References.in(
                        "{RTE :alias <> :rtekind 0 :relid 16400 :relkind r :inFromCl true"
                                + " :requiredPerms 6 :checkAsUser 0 :selectedCols (b 7 9)"
                                + " :insertedCols (b) :updatedCols (b 10) :securityQuals <>}");

        assertThat(references.relations()).containsExactly(16400L);
        assertThat(references.uses())
                .containsExactly(
                        new StoredUse(
                                16400,
                                StoredUse.SELECT | StoredUse.UPDATE,
                                Set.of(0, 2),
                                Set.of(),
                                Set.of(3)));
    }

    @Test
    void readsWhatAQueryDoesToARelationAsPostgresql18NotesIt() {
        References references =
                References.in(
                        "{RANGETBLENTRY :rtekind 0 :relid 16400 :perminfoindex 1} :rteperminfos"
                                + " ({RTEPERMISSIONINFO :relid 16400 :inh true :requiredPerms 9"
                                + " :checkAsUser 0 :selectedCols (b 8) :insertedCols (b 8 9)"
                                + " :updatedCols (b)})");

        assertThat(references.uses())
                .containsExactly(
                        new StoredUse(
                                16400,
                                StoredUse.INSERT | StoredUse.DELETE,
                                Set.of(1),
                                Set.of(1, 2),
                                Set.of()));
    }

    @Test
    void findsTheOperatorsOfAList() {
        assertThat(References.in(":opnos (o 96 16500)").operators())
                .containsExactlyInAnyOrder(96L, 16500L);
    }

    @Test
    void followsTheColumnsOfAViewToItsBase() {
        ViewColumns columns =
                ViewColumns.in(
                        "{RTE :relid 500 :relkind v} {RTE :relid 400 :relkind r} :targetList"
                                + " ({TARGETENTRY :expr {VAR :varno 1} :resno 1 :resname odd\\ name"
                                + " :ressortgroupref 0 :resorigtbl 400 :resorigcol 3 :resjunk false}"
                                + " {TARGETENTRY :expr {FUNCEXPR :funcid 870} :resno 2 :resname up"
                                + " :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk false})",
                        500);

        assertThat(columns).isEqualTo(new ViewColumns(400, Map.of("odd name", Set.of(3))));
    }
}
