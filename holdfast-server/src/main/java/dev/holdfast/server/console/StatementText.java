package dev.holdfast.server.console;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A statement with its words marked. Not a character is added, left out or moved: what a person reads is
/// what would run.
final class StatementText {
    private static final int LENGTH_MAX = 100_000;
    private static final int LETTERS_MAX = 20;

    /// About as much as fits on a phone.
    private static final int LINES_SEEN = 20;

    private static final int CHARACTERS_SEEN = 1_000;
    private static final Set<StatementParts.Kind> LETTERS =
            Set.of(StatementParts.Kind.NAME, StatementParts.Kind.WORD, StatementParts.Kind.OTHER);

    private static final Set<String> DESTROY =
            Set.of("delete", "drop", "truncate", "update", "alter", "merge", "insert", "cascade");

    private static final Set<String> WORDS =
            Set.of(
                    "select",
                    "from",
                    "where",
                    "and",
                    "or",
                    "not",
                    "in",
                    "is",
                    "null",
                    "set",
                    "into",
                    "values",
                    "using",
                    "join",
                    "left",
                    "right",
                    "inner",
                    "outer",
                    "on",
                    "as",
                    "with",
                    "returning",
                    "order",
                    "by",
                    "group",
                    "having",
                    "limit",
                    "offset",
                    "exists",
                    "between",
                    "like",
                    "case",
                    "when",
                    "then",
                    "else",
                    "end",
                    "table",
                    "column",
                    "schema",
                    "index",
                    "view",
                    "only",
                    "restrict",
                    "if",
                    "conflict",
                    "do",
                    "nothing",
                    "create",
                    "add",
                    "union",
                    "all",
                    "distinct",
                    "for",
                    "any");

    private StatementText() {}

    static Html marked(String statement) {
        if (statement.length() > LENGTH_MAX) {
            // Marking is a help, not worth the time for what nobody reads through.
            return Html.text(statement);
        }
        return StatementParts.of(statement).stream()
                .map(part -> part(part.kind(), statement.substring(part.begin(), part.end())))
                .collect(Html.joined());
    }

    private static Html part(StatementParts.Kind kind, String part) {
        return switch (kind) {
            case COMMENT -> Html.of("<i class=\"c\">{}</i>", part);
            case TEXT -> Html.of("<span class=\"s\">{}</span>", part);
            case NAME -> Html.of("<span class=\"n\">{}</span>", part);
            case NUMBER -> Html.of("<span class=\"n\">{}</span>", part);
            case WORD -> word(part);
            case OTHER -> Html.text(part);
        };
    }

    private static Html word(String part) {
        String word = part.toLowerCase(Locale.ROOT);
        if (DESTROY.contains(word)) {
            return Html.of("<b class=\"d\">{}</b>", part);
        }
        return WORDS.contains(word) ? Html.of("<b>{}</b>", part) : Html.text(part);
    }

    /// That there is more of it than is seen at once: blank lines before the part that matters are an old trick.
    static Html length(String statement) {
        long lines = statement.chars().filter(c -> c == '\n' || c == '\r').count() + 1;
        return Html.when(
                lines > LINES_SEEN || statement.length() > CHARACTERS_SEEN,
                Html.of(
                        "<p class=\"problem\">It is long: {} lines, {} characters. Read it to its end.</p>",
                        Figures.count(lines),
                        Figures.count(statement.length())));
    }

    /// What else a reader should know of a statement's letters: those of names that are not ASCII, since many look
    /// like one that is. Nothing where there are none.
    static Html letters(String statement) {
        if (statement.length() > LENGTH_MAX) {
            return Html.NONE;
        }
        List<String> found =
                StatementParts.of(statement).stream()
                        .filter(part -> LETTERS.contains(part.kind()))
                        .flatMapToInt(
                                part -> statement.substring(part.begin(), part.end()).codePoints())
                        .filter(c -> c >= 0x80)
                        .distinct()
                        .limit(LETTERS_MAX)
                        .mapToObj("%1$c U+%1$04X"::formatted)
                        .toList();
        return Html.when(
                !found.isEmpty(),
                Html.of(
                        "<p class=\"problem\">Its names have letters that can look like others: <code>{}</code></p>",
                        String.join(", ", found)));
    }
}
