package dev.holdfast.sql.analysis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// SQL text made fit for the record: every literal replaced by `$n`, comments left out.
///
/// It reads tokens as PostgreSQL's scanner does with standard_conforming_strings on. Nothing is decided
/// by it, so a difference from PostgreSQL could only spoil a line of the record; where the text ends
/// inside a token, the rest is taken for a literal.
public final class StatementText {
    private final String text;
    private int at;

    /// The pieces of the result; null stands for a literal.
    private final List<Piece> pieces = new ArrayList<>();

    private int parameterMax;

    private record Piece(String text, boolean literal) {}

    private StatementText(String text) {
        this.text = text;
    }

    /// The text without its literals, whether or not it is valid SQL. Literals are numbered from the
    /// first number that no parameter of the text has.
    public static String withoutLiterals(byte[] utf8) {
        return new StatementText(new String(utf8, StandardCharsets.UTF_8)).render();
    }

    private String render() {
        while (at < text.length()) {
            next();
        }
        StringBuilder out = new StringBuilder(text.length());
        int number = parameterMax;
        for (Piece piece : pieces) {
            if (piece.literal()) {
                number++;
                out.append('$').append(number);
            } else {
                out.append(piece.text());
            }
        }
        return out.toString().strip();
    }

    private void next() {
        char c = text.charAt(at);
        if (isSpace(c) || text.startsWith("--", at) || text.startsWith("/*", at)) {
            skipBlank();
            pieces.add(new Piece(" ", false));
        } else if (c == '\'') {
            string(at + 1, false);
        } else if (c == '"') {
            keep(afterQuoted(at + 1, '"', false));
        } else if (c == '$') {
            dollar();
        } else if (isDigit(c)
                || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            number();
        } else if (isIdentifierStart(c)) {
            word();
        } else {
            keep(at + 1);
        }
    }

    private void skipBlank() {
        while (at < text.length()) {
            if (isSpace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("--", at)) {
                while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
                    at++;
                }
            } else if (text.startsWith("/*", at)) {
                at = afterComment(at);
            } else {
                return;
            }
        }
    }

    /// Comments nest.
    private int afterComment(int start) {
        int depth = 0;
        int i = start;
        while (i < text.length()) {
            if (text.startsWith("/*", i)) {
                depth++;
                i += 2;
            } else if (text.startsWith("*/", i)) {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return i;
    }

    private void word() {
        char c = text.charAt(at);
        char following = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (following == '\'' && "eEbBxXnN".indexOf(c) >= 0) {
            string(at + 2, c == 'e' || c == 'E');
        } else if ((c == 'u' || c == 'U') && text.startsWith("&'", at + 1)) {
            string(at + 3, false);
        } else if ((c == 'u' || c == 'U') && text.startsWith("&\"", at + 1)) {
            keep(afterQuoted(at + 3, '"', false));
        } else {
            int end = at + 1;
            while (end < text.length() && isIdentifierPart(text.charAt(end))) {
                end++;
            }
            keep(end);
        }
    }

    private void string(int start, boolean backslashes) {
        at = afterQuoted(start, '\'', backslashes);
        literal();
    }

    private int afterQuoted(int start, char quote, boolean backslashes) {
        int i = start;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (backslashes && c == '\\') {
                i += 2;
            } else if (c != quote) {
                i++;
            } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                i += 2;
            } else {
                return i + 1;
            }
        }
        return text.length();
    }

    private void dollar() {
        int end = at + 1;
        if (end < text.length() && isDigit(text.charAt(end))) {
            while (end < text.length() && isDigit(text.charAt(end))) {
                end++;
            }
            parameterMax = Math.max(parameterMax, parameter(text.substring(at + 1, end)));
            keep(end);
            return;
        }
        if (end < text.length() && isIdentifierStart(text.charAt(end))) {
            while (end < text.length()
                    && isIdentifierPart(text.charAt(end))
                    && text.charAt(end) != '$') {
                end++;
            }
        }
        if (end < text.length() && text.charAt(end) == '$') {
            String tag = text.substring(at, end + 1);
            int close = text.indexOf(tag, end + 1);
            at = close < 0 ? text.length() : close + tag.length();
            literal();
        } else {
            keep(at + 1);
        }
    }

    private static int parameter(String digits) {
        // PostgreSQL has at most 65,535 parameters.
        return digits.length() > 5 ? 0 : Integer.parseInt(digits);
    }

    private void number() {
        int end = at;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean exponentSign =
                    (c == '+' || c == '-') && "eE".indexOf(text.charAt(end - 1)) >= 0 && end > at;
            if (!isIdentifierPart(c) && c != '.' && !(exponentSign && !hexadecimal(at))) {
                break;
            }
            end++;
        }
        at = end;
        literal();
    }

    private boolean hexadecimal(int start) {
        return text.startsWith("0x", start) || text.startsWith("0X", start);
    }

    private void keep(int end) {
        pieces.add(new Piece(text.substring(at, Math.min(end, text.length())), false));
        at = end;
    }

    private void literal() {
        at = Math.min(at, text.length());
        pieces.add(new Piece("", true));
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isIdentifierStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isIdentifierPart(char c) {
        return isIdentifierStart(c) || isDigit(c) || c == '$';
    }
}
