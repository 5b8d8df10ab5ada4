package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.ForeignKey;
import dev.holdfast.sql.catalog.ForeignKey.Action;
import dev.holdfast.sql.catalog.Relation;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CascadesTest {
    private final CatalogSnapshot.Builder catalog = new CatalogSnapshot.Builder();

    private void table(long oid, String name) {
        catalog.relation(
                new Relation(
                        oid,
                        "s",
                        name,
                        Relation.Kind.TABLE,
                        "owner",
                        0,
                        false,
                        false,
                        List.of(),
                        List.of(),
                        List.of()));
    }

    private void key(long from, long to, Action onUpdate, Action onDelete) {
        catalog.foreignKey(
                new ForeignKey(
                        "key_" + from + "_" + to,
                        from,
                        to,
                        List.of("parent"),
                        List.of("id"),
                        onUpdate,
                        onDelete,
                        List.of("parent")));
    }

    private List<String> links(TableEffect... tables) {
        return Cascades.of(catalog.build("digest", Instant.EPOCH), _ -> List.of(), List.of(tables))
                .stream()
                .map(CascadesTest::text)
                .toList();
    }

    private static String text(TableLink link) {
        return "%s → %s %s %s".formatted(link.from(), link.to(), link.how(), link.name());
    }

    private static TableEffect deleted(String table) {
        return new TableEffect(table, 0, 0, 3, 9);
    }

    private static TableEffect updated(String table) {
        return new TableEffect(table, 0, 3, 0, 9);
    }

    @Test
    void aKeyIsAWayOnlyForWhatItDoes() {
        table(1, "a");
        table(2, "b");
        key(2, 1, Action.SET_NULL, Action.CASCADE);
        assertThat(links(deleted("s.a"), deleted("s.b")))
                .containsExactly("s.a → s.b DELETE key_2_1");
        assertThat(links(updated("s.a"), updated("s.b")))
                .containsExactly("s.a → s.b SET_NULL key_2_1");
        assertThat(links(deleted("s.a"), updated("s.b"))).isEmpty();
        assertThat(links(updated("s.a"), deleted("s.b"))).isEmpty();
        assertThat(links(deleted("s.a"))).isEmpty();
    }

    @Test
    void aKeyThatOnlyForbidsIsNoWay() {
        table(1, "a");
        table(2, "b");
        key(2, 1, Action.NO_ACTION, Action.RESTRICT);
        assertThat(links(deleted("s.a"), deleted("s.b"))).isEmpty();
    }

    @Test
    void keysOfAPartitionedTableLeadToAndFromItsPartitions() {
        table(1, "a");
        table(2, "parts");
        table(3, "part_1");
        table(4, "c");
        catalog.child(2, 3);
        key(2, 1, Action.NO_ACTION, Action.CASCADE);
        key(4, 2, Action.NO_ACTION, Action.SET_DEFAULT);
        assertThat(links(deleted("s.a"), deleted("s.part_1"), updated("s.c")))
                .containsExactlyInAnyOrder(
                        "s.a → s.part_1 DELETE key_2_1", "s.part_1 → s.c SET_DEFAULT key_4_2");
    }

    @Test
    void aTableThatRefersToItselfLeadsToItself() {
        table(1, "a b");
        key(1, 1, Action.NO_ACTION, Action.CASCADE);
        assertThat(links(deleted("s.\"a b\"")))
                .containsExactly("s.\"a b\" → s.\"a b\" DELETE key_1_1");
    }

    @Test
    void ofWaysWithoutEndTwoHundredAreKept() {
        for (int table = 1; table <= 30; table++) {
            table(table, "t" + table);
        }
        for (int from = 1; from <= 30; from++) {
            for (int to = 1; to <= 30; to++) {
                key(from, to, Action.NO_ACTION, Action.CASCADE);
            }
        }
        TableEffect[] all = new TableEffect[30];
        for (int table = 1; table <= 30; table++) {
            all[table - 1] = deleted("s.t" + table);
        }
        assertThat(links(all)).hasSize(200);
    }

    @Test
    void whatTheCatalogDoesNotHaveHasNoWays() {
        assertThat(links(deleted("s.unknown"), deleted("nonsense"))).isEmpty();
    }
}
