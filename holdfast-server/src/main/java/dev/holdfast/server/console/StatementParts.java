package dev.holdfast.server.console;

import java.util.ArrayList;
import java.util.List;

/// Where in a statement comments, texts, names and words are, as PostgreSQL's own scanner cuts it. What looks like
/// a comment to a reader must be one, and nothing else: comments stand in comments, a backslash escapes within
/// `E'…'` and what goes on with it on the next line, dollars quote, and a line ends at either line break.
///
/// Settings that would change this are pinned, and what does not end here is no statement.
final class StatementParts {
    private final String text;
    private final List<Part> parts = new ArrayList<>();
    private int at;

    private StatementParts(String text) {
        this.text = text;
    }

    /// What a part is.
    enum Kind {
        COMMENT,
        TEXT,
        /// In double quotes.
        NAME,
        NUMBER,
        WORD,
        OTHER
    }

    /// @param begin, end of it in the text, UTF-16 units
    record Part(Kind kind, int begin, int end) {}

    /// All of a text, one behind the other, without gaps.
    static List<Part> of(String text) {
        StatementParts parts = new StatementParts(text);
        while (parts.at < text.length()) {
            int begin = parts.at;
            parts.add(parts.next(), begin);
        }
        return parts.parts;
    }

    private void add(Kind kind, int begin) {
        Part last = parts.isEmpty() ? null : parts.getLast();
        if (kind == Kind.OTHER && last != null && last.kind == Kind.OTHER) {
            parts.set(parts.size() - 1, new Part(Kind.OTHER, last.begin, at));
        } else {
            parts.add(new Part(kind, begin, at));
        }
    }

    private Kind next() {
        char c = text.charAt(at);
        if (starts("--")) {
            lineComment();
            return Kind.COMMENT;
        }
        if (starts("/*")) {
            comment();
            return Kind.COMMENT;
        }
        if (c == '\'') {
            quoted('\'', false);
            return Kind.TEXT;
        }
        if ((c == 'e' || c == 'E') && at + 1 < text.length() && text.charAt(at + 1) == '\'') {
            at++;
            escaped();
            return Kind.TEXT;
        }
        if (c == '"') {
            quoted('"', false);
            return Kind.NAME;
        }
        if (c == '$' && dollars()) {
            return Kind.TEXT;
        }
        if (isDigit(c)) {
            while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            return Kind.NUMBER;
        }
        if (beginsWord(c)) {
            while (at < text.length() && isOfWord(text.charAt(at))) {
                at++;
            }
            return Kind.WORD;
        }
        at++;
        return Kind.OTHER;
    }

    private boolean starts(String what) {
        return text.startsWith(what, at);
    }

    private static boolean isLineBreak(char c) {
        return c == '\n' || c == '\r';
    }

    private void lineComment() {
        while (at < text.length() && !isLineBreak(text.charAt(at))) {
            at++;
        }
    }

    private void comment() {
        int depth = 0;
        do {
            if (starts("/*")) {
                depth++;
                at += 2;
            } else if (starts("*/")) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < text.length());
    }

    private void quoted(char quote, boolean backslash) {
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (backslash && c == '\\') {
                at = Math.min(at + 1, text.length());
            } else if (c == quote) {
                if (at < text.length() && text.charAt(at) == quote) {
                    at++;
                } else {
                    return;
                }
            }
        }
    }

    /// With what goes on with it: a quote behind a line break is more of the same, and backslashes escape in it.
    private void escaped() {
        quoted('\'', true);
        int end = at;
        while (goesOn()) {
            quoted('\'', true);
            end = at;
        }
        at = end;
    }

    /// Moves on to the quote with which a text goes on.
    private boolean goesOn() {
        boolean broken = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (isLineBreak(c)) {
                broken = true;
                at++;
            } else if (c == ' ' || c == '\t' || c == '\f' || c == '\u000b') {
                at++;
            } else if (starts("--")) {
                lineComment();
            } else {
                return broken && c == '\'';
            }
        }
        return false;
    }

    /// `$tag$ … $tag$`; where there is none nothing is moved.
    private boolean dollars() {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != '$') {
            char c = text.charAt(end);
            if (!(end == at + 1 ? beginsWord(c) : beginsWord(c) || isDigit(c))) {
                return false;
            }
            end++;
        }
        if (end == text.length()) {
            return false;
        }
        String tag = text.substring(at, end + 1);
        int closing = text.indexOf(tag, end + 1);
        at = closing < 0 ? text.length() : closing + tag.length();
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// To PostgreSQL every character beyond ASCII is a letter.
    private static boolean beginsWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isOfWord(char c) {
        return beginsWord(c) || isDigit(c) || c == '$';
    }
}
