package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlTest {
    @Test
    void whatAnybodySentIsNeverMarkup() {
        assertThat(Html.of("<p title=\"{}\">{}</p>", "\" onclick='x", "<script>&").toString())
                .isEqualTo("<p title=\"&quot; onclick=&#39;x\">&lt;script&gt;&amp;</p>");
    }

    @Test
    void aHoleInAValueIsNoHole() {
        assertThat(Html.of("{}-{}", "{}", Html.text("{}")).toString()).isEqualTo("{}-{}");
    }

    @Test
    void piecesStayWhatTheyAre() {
        assertThat(Html.of("<b>{}</b>", Html.of("<i>{}</i>", "<")).toString())
                .isEqualTo("<b><i>&lt;</i></b>");
    }

    @Test
    void charactersThatHideTextOrTurnItAroundAreShown() {
        assertThat(Html.text("a\u202eb\u200bc\u0000d\ne").toString())
                .isEqualTo("a⟦U+202E⟧b⟦U+200B⟧c⟦U+0000⟧d\ne");
    }

    @Test
    void asManyValuesAsHoles() {
        assertThatThrownBy(() -> Html.of("{}", "a", "b"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Html.of("{} {}", "a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void figuresNeverRoundToNothingOrToAll() {
        assertThat(Figures.share(1, 1_000_000)).isEqualTo("< 0.1 %");
        assertThat(Figures.share(999_999, 1_000_000)).isEqualTo("> 99.9 %");
        assertThat(Figures.share(1_000, 1_000)).isEqualTo("100 %");
        assertThat(Figures.share(1, 8)).isEqualTo("12.5 %");
        assertThat(Figures.share(1, 0)).isEmpty();
        assertThat(Figures.count(1_234_567)).isEqualTo("1\u202f234\u202f567");
        assertThat(Figures.count(-1_234)).isEqualTo("-1\u202f234");
    }

    @Test
    void markingAStatementAddsAndLosesNothing() {
        for (String statement :
                new String[] {
                    "DELETE FROM a WHERE b = 'it''s -- x' -- why\n AND \"from\" > 1.5",
                    "/* a */ UPDATE a SET b = $1; $$ ' $$ '",
                    "select '<b>' /* unterminated",
                    ""
                }) {
            String seen = StatementText.marked(statement).toString().replaceAll("<[^>]*>", "");
            assertThat(seen).isEqualTo(Html.text(statement).toString());
        }
    }

    @Test
    void whatDestroysIsMarked() {
        assertThat(StatementText.marked("DELETE FROM t").toString())
                .isEqualTo("<b class=\"d\">DELETE</b> <b>FROM</b> t");
    }
}
