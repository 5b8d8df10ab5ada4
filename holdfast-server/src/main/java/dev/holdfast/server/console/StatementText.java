package dev.holdfast.server.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A statement with its words marked. Not a character is added, left out or moved: what a person reads is
/// what would run. What the pattern does not know stays unmarked.
final class StatementText {
    private static final int LENGTH_MAX = 100_000;

    private static final Pattern PARTS =
            Pattern.compile(
                    "(?<comment>--[^\\n]*+|/\\*(?s:.*?)\\*/)"
                            + "|(?<text>'(?:[^']|'')*+')"
                            + "|(?<name>\"(?:[^\"]|\"\")*+\")"
                            + "|(?<number>\\b[0-9]++(?:\\.[0-9]++)?\\b)"
                            + "|(?<word>[A-Za-z_][A-Za-z_0-9$]*+)");

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
        Matcher matcher = PARTS.matcher(statement);
        List<Html> out = new ArrayList<>();
        int at = 0;
        while (matcher.find()) {
            out.add(Html.text(statement.substring(at, matcher.start())));
            out.add(part(matcher));
            at = matcher.end();
        }
        out.add(Html.text(statement.substring(at)));
        return Html.all(out);
    }

    private static Html part(Matcher matcher) {
        String part = matcher.group();
        if (matcher.group("comment") != null) {
            return Html.of("<i class=\"c\">{}</i>", part);
        }
        if (matcher.group("text") != null) {
            return Html.of("<span class=\"s\">{}</span>", part);
        }
        if (matcher.group("number") != null) {
            return Html.of("<span class=\"n\">{}</span>", part);
        }
        String word = part.toLowerCase(Locale.ROOT);
        if (DESTROY.contains(word)) {
            return Html.of("<b class=\"d\">{}</b>", part);
        }
        return WORDS.contains(word) ? Html.of("<b>{}</b>", part) : Html.text(part);
    }
}
