package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RuleTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "refusals.md");

    @Test
    void hasANameOfItsOwnForEachRule() {
        assertThat(Arrays.stream(Rule.values()).map(Rule::id))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z-]+\\.([a-z-]+|NAME)"));
    }

    @Test
    void speaksInSentences() {
        assertThat(Rule.values())
                .allMatch(rule -> rule.sentence().endsWith("."))
                .allMatch(rule -> rule.hint().isEmpty() || rule.hint().endsWith("."));
    }

    /// Up to this line the page is made from the rules.
    private static final String END =
            "\n<!-- made from the rules: end; what follows is written by hand -->\n";

    /// `-Dgolden.update=true` writes the rules' part of the page anew.
    @Test
    void standsOnTheReferencePage() throws IOException {
        String written = Files.readString(PAGE);
        String expected = page() + written.substring(written.indexOf(END));
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, expected);
        }

        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    private static String page() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Refusals

                        Every refusal by a policy names its rule in DETAIL and in the error's constraint field.
                        MESSAGE says what was refused, HINT what to do next. No text repeats a literal of the
                        statement. Where several rules refuse, the first in this order decides and DETAIL names the
                        others. `read-only.…` are the rules of the built-in policy; the others hold for policies from
                        a file. This page is generated from the rules (`RuleTest`).

                        | rule | SQLSTATE | meaning | what to do |
                        |---|---|---|---|
                        """);
        for (Rule rule : Rule.values()) {
            if (rule.refuses()) {
                row(page, rule, rule.code().sqlState(), rule.hint());
            }
        }
        page.append(
                """

                Rules under which a statement runs, as they stand in the record:

                | rule | meaning |
                |---|---|
                """);
        for (Rule rule : Rule.values()) {
            if (!rule.refuses()) {
                row(page, rule, "", "");
            }
        }
        page.append(
                """

                ## Why 42501 and not 25006

                PostgreSQL answers a write in a read-only transaction with 25006. Drivers and connection pools that
                know several hosts read 25006 as "this is the standby" and try the next one. 42501 (insufficient
                privilege) is final everywhere, and is what PostgreSQL itself says to a role without the right.
                """);
        return page.toString();
    }

    private static void row(StringBuilder page, Rule rule, String sqlState, String hint) {
        page.append("| `").append(rule.id()).append("` | ");
        if (!sqlState.isEmpty()) {
            page.append(sqlState).append(" | ");
        }
        page.append(rule.sentence()).append(" |");
        if (!hint.isEmpty()) {
            page.append(' ').append(hint).append(" |");
        }
        page.append('\n');
    }
}
