package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.RowSample;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SampleViewTest {
    private static final List<String> COLUMNS = List.of("id", "note");

    private static List<@Nullable String> row(@Nullable String... values) {
        return Arrays.asList(values);
    }

    private static RowSample sample(
            String relation, List<@Nullable String> before, List<@Nullable String> after) {
        return new RowSample(relation, COLUMNS, before, after);
    }

    private static String view(RowSample... samples) {
        return SampleView.samples(List.of(samples)).toString();
    }

    private static int count(String page, String part) {
        return page.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void rowsOfOneTableAndOneKindStandInOneTable() {
        String page =
                view(
                        sample("shop.a", row("1", "x"), row()),
                        sample("shop.b", row("7", "x"), row("7", "y")),
                        sample("shop.a", row("2", "x"), row()),
                        sample("shop.b", row("8", "x"), row("8", "y")),
                        sample("shop.a", row(), row("3", "z")));
        assertThat(count(page, "<table>")).isEqualTo(3);
        assertThat(page)
                .containsSubsequence(
                        "<caption>shop.a, deleted",
                        "<td class=\"lost\">1</td>",
                        "<td class=\"lost\">2</td>",
                        "<caption>shop.b, before → after",
                        "<caption>shop.a, added",
                        "<td class=\"more\">3</td>");
    }

    @Test
    void whatChangesIsShownAsItIsAndAsItWouldBe() {
        assertThat(view(sample("shop.a", row("1", "old"), row("1", "new"))))
                .contains(
                        "<td class=\"same\">1</td>",
                        "<del class=\"lost\">old</del> → <ins class=\"more\">new</ins>");
    }

    @Test
    void nullIsNotTheWord() {
        assertThat(view(sample("shop.a", row("1", null), row("1", "NULL"))))
                .contains(
                        "<del class=\"lost\"><em>NULL</em></del> → <ins class=\"more\">NULL</ins>");
    }

    @Test
    void valuesAndNamesAreHarmless() {
        assertThat(view(sample("shop.\"<b>\"", row("<i>", "&"), row())))
                .doesNotContain("<b>", "<i>")
                .contains("&lt;i&gt;", "&amp;");
    }
}
