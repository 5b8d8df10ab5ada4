package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EffectViewTest {
    private static MeasuredEffect effect(List<String> tables, TableLink... links) {
        return new MeasuredEffect(
                IntStream.range(0, tables.size())
                        .mapToObj(at ->
                                new TableEffect(tables.get(at), 0, 0, tables.size() - at, 100))
                        .toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                -1,
                List.of(links),
                "");
    }

    private static TableLink goes(String from, String to) {
        return new TableLink(from, to, TableLink.How.DELETE, from + "_" + to);
    }

    /// The tables with how deep each stands, in the order of the page: `a, 1 b`.
    private static String outline(MeasuredEffect effect) {
        StringBuilder out = new StringBuilder();
        int depth = 0;
        for (String part : EffectView.changes(effect).toString().split("(?=<)", -1)) {
            if (part.startsWith("<ul")) {
                depth++;
            } else if (part.startsWith("</ul")) {
                depth--;
            } else if (part.startsWith("<span class=\"name\">")) {
                out.append(depth).append(part.substring(part.indexOf('>') + 1)).append(' ');
            }
        }
        return out.toString().strip();
    }

    @Test
    void aTableStandsUnderTheOneThatLeadsToIt() {
        assertThat(outline(effect(List.of("c", "b", "a"), goes("a", "b"), goes("b", "c"))))
                .isEqualTo("1a 2b 3c");
    }

    @Test
    void tablesThatNothingConnectsStandBesideEachOtherTheLargestFirst() {
        assertThat(outline(effect(List.of("a", "b")))).isEqualTo("1a 1b");
    }

    @Test
    void aTableThatTwoLeadToStandsOnceAndNamesTheOther() {
        MeasuredEffect effect = effect(List.of("a", "b", "c"), goes("a", "c"), goes("b", "c"));
        assertThat(outline(effect)).isEqualTo("1a 2c 1b");
        assertThat(EffectView.changes(effect).toString()).contains("also from b: ");
    }

    @Test
    void aCircleIsOpenedAtItsLargestTable() {
        assertThat(
                        outline(
                                effect(
                                        List.of("a", "b", "c"),
                                        goes("a", "b"),
                                        goes("b", "c"),
                                        goes("c", "a"))))
                .isEqualTo("1a 2b 3c");
    }

    @Test
    void aTableThatRefersToItselfStandsOnce() {
        MeasuredEffect effect = effect(List.of("a"), goes("a", "a"));
        assertThat(outline(effect)).isEqualTo("1a");
        assertThat(EffectView.changes(effect).toString()).contains("some of them: ");
    }

    @Test
    void aWayToATableThatIsNotShownIsNotShown() {
        assertThat(EffectView.changes(effect(List.of("a"), goes("a", "b"))).toString())
                .doesNotContain("a_b");
    }

    @Test
    void namesCannotBecomeMarkup() {
        assertThat(EffectView.changes(effect(List.of("<i>", "b"), goes("<i>", "b"))).toString())
                .doesNotContain("<i>");
    }

    @Test
    void figuresOfACopyAreSaidToBeSuchBeforeAnyOfThem() {
        MeasuredEffect effect =
                new MeasuredEffect(
                        List.of(new TableEffect("shop.orders", 0, 0, 3, 10)),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        1,
                        -1);
        assertThat(EffectView.changes(effect).toString()).doesNotContain("staging copy");
        assertThat(EffectView.changes(effect.measuredOn("shop-<copy>")).toString())
                .containsSubsequence("staging copy shop-&lt;copy&gt;", "shop.orders");
    }

    @Test
    void theGravestLockOfATableIsTheOneThatIsTold() {
        MeasuredEffect effect =
                new MeasuredEffect(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(
                                "shop.orders RowExclusiveLock",
                                "shop.orders AccessExclusiveLock",
                                "shop.customers RowShareLock"),
                        List.of(),
                        12_345,
                        -1);
        assertThat(EffectView.waiting(effect).toString())
                .contains("about 12 ms", "<dt>shop.orders</dt><dd>nobody else can even read it")
                .contains("<dt>shop.customers</dt><dd>others go on reading and writing")
                .doesNotContain("RowExclusiveLock");
    }
}
