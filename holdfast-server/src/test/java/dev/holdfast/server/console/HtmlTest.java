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

    /// Every way to be seen as nothing, as a blank, or in another order: not only those of one plane.
    @Test
    void whatLooksLikeNothingIsShownWhereverItStandsInUnicode() {
        for (int c :
                new int[] {
                    0x7F, 0x85, 0xA0, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180E, 0x2000,
                    0x200B, 0x200D, 0x2028, 0x202F, 0x2066, 0x2800, 0x3000, 0x3164, 0xD800, 0xE000,
                    0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0x1BCA0, 0x1D159, 0x1D173, 0xE0020, 0xE0041,
                    0xE0100, 0xF0000
                }) {
            assertThat(Html.text("a" + Character.toString(c) + "b").toString())
                    .isEqualTo("a⟦U+%04X⟧b".formatted(c));
        }
        assertThat(Html.text("ä ß 漢 😀 1\u202f234").toString()).isEqualTo("ä ß 漢 😀 1\u202f234");
    }

    /// A part that runs and looks like a comment is not seen: nor is the other way round.
    @Test
    void onlyWhatPostgresqlTakesForACommentLooksLikeOne() {
        comments("a /* b /* c */ d */ e", "/* b /* c */ d */");
        comments("-- a\rDELETE FROM b", "-- a");
        comments("UPDATE a SET b = E'\\' /* ' WHERE true OR '*/' = ''");
        comments("SELECT E'a'\n'\\' /* ' OR true -- '", "-- '");
        comments("SELECT E'a' -- x\n '\\' /* ' OR true --y", "--y");
        comments("SELECT e'\\\\' /* x */", "/* x */");
        comments("SELECT 'a\\' /* x */ || ' -- '", "/* x */");
        comments("SELECT $$ /* $$ OR true /* b */", "/* b */");
        comments("SELECT $a$ -- $$ $b$ $a$ OR true");
        comments("SELECT $1 /* x */, a$b$ /* y */ $b$", "/* x */", "/* y */");
        comments("SELECT é$$ /* z */", "/* z */");
        comments("SELECT U&\"/*\" OR true, \"a\"\"--\"");
        comments("a -> b --> c", "--> c");
        assertThat(StatementText.marked("SELECT '" + "''".repeat(40_000) + "'").toString())
                .isNotEmpty();
    }

    private static void comments(String statement, String... expected) {
        assertThat(
                        StatementParts.of(statement).stream()
                                .filter(part -> part.kind() == StatementParts.Kind.COMMENT)
                                .map(part -> statement.substring(part.begin(), part.end())))
                .as(statement)
                .containsExactly(expected);
        int end = 0;
        for (StatementParts.Part part : StatementParts.of(statement)) {
            assertThat(part.begin()).isEqualTo(end);
            end = part.end();
        }
        assertThat(end).isEqualTo(statement.length());
    }

    @Test
    void whatIsMoreThanIsSeenAtOnceSaysSo() {
        assertThat(StatementText.length("DELETE FROM a\nWHERE b = 1").toString()).isEmpty();
        assertThat(StatementText.length("DELETE FROM a" + "\n".repeat(30) + "-- x").toString())
                .contains("31 lines");
        assertThat(StatementText.length("DELETE FROM a" + " ".repeat(2_000) + "-- x").toString())
                .contains("2\u202f017 characters");
    }

    @Test
    void lettersThatLookLikeOthersAreNamed() {
        assertThat(StatementText.letters("DELETE FROM shop.\u043erders").toString())
                .contains("о U+043E");
        assertThat(StatementText.letters("DELETE FROM \"\u043erders\"").toString())
                .contains("U+043E");
        assertThat(StatementText.letters("DELETE FROM a WHERE b = 'ä' -- ö").toString()).isEmpty();
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
