package dev.holdfast.sql.parser;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What [Redaction] does, for texts in which every constant is plainly one, many times as fast.
///
/// The grammar's scanner takes four times as long for a text as its parser, most of it for writing JSON.
/// Most texts do not need it: they hold numbers of digits, strings in plain quotes, names and operators.
/// Whatever else there is (a comment, a backslash, `$` other than a parameter, a prefixed string, a
/// number with an exponent) makes this answer nothing, and the scanner decides. A test compares the two.
final class PlainRedaction {
    private static final int PARAMETER_DIGITS_MAX = 6;
    private static final int NONE = -1;

    private final byte[] text;
    private final ByteArrayOutputStream out;
    private int parameter;

    private PlainRedaction(byte[] text) {
        this.text = text;
        out = new ByteArrayOutputStream(text.length);
    }

    /// The text without values, or null where the scanner must decide.
    ///
    /// @param utf8 valid UTF-8
    static @Nullable String of(byte[] utf8) {
        PlainRedaction redaction = new PlainRedaction(utf8);
        return redaction.findHighestParameter() && redaction.run()
                ? redaction.out.toString(StandardCharsets.UTF_8)
                : null;
    }

    /// Parameters inside strings count too: the constants' numbers would differ from the scanner's, so
    /// a text with any `$` in a string is not plain.
    private boolean findHighestParameter() {
        boolean quoted = false;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\'' || text[i] == '"') {
                quoted = true;
            } else if (text[i] == '$') {
                int end = endOfDigits(i + 1);
                if (quoted || end == i + 1 || end - i - 1 > PARAMETER_DIGITS_MAX) {
                    return false;
                }
                String digits = new String(text, i + 1, end - i - 1, StandardCharsets.US_ASCII);
                parameter = Math.max(parameter, Integer.parseInt(digits));
            }
        }
        return true;
    }

    private boolean run() {
        int position = 0;
        boolean gap = false;
        while (position < text.length) {
            if (isSpace(text[position])) {
                gap = true;
                position++;
                continue;
            }
            if (gap && out.size() > 0) {
                out.write(' ');
            }
            gap = false;
            int end = token(position);
            if (end == NONE) {
                return false;
            }
            position = end;
        }
        return true;
    }

    /// Writes the token that starts here.
    ///
    /// @return where it ends, or [#NONE]
    private int token(int start) {
        byte first = text[start];
        if (isNameStart(first)) {
            return name(start);
        }
        if (isDigit(first)) {
            return number(start);
        }
        return switch (first) {
            case '\'' -> string(start);
            case '"' -> quotedName(start);
            case '$' -> parameter(start);
            case '-' -> operator(start, '-');
            case '/' -> operator(start, '*');
            case '.' -> isDigit(at(start + 1)) ? NONE : copy(start, start + 1);
            case '&' ->
                    at(start + 1) == '\'' || at(start + 1) == '"' ? NONE : copy(start, start + 1);
            default -> first > ' ' && first < 0x7f && first != '\\' ? copy(start, start + 1) : NONE;
        };
    }

    private int name(int start) {
        int end = start + 1;
        while (isNamePart(at(end))) {
            end++;
        }
        // A string may have a prefix, as E'…' has.
        return at(end) == '\'' || at(end) == '$' || at(end) < 0 ? NONE : copy(start, end);
    }

    private int number(int start) {
        int end = endOfDigits(start);
        if (at(end) == '.' && isDigit(at(end + 1))) {
            end = endOfDigits(end + 1);
        }
        byte next = at(end);
        return isNamePart(next) || next == '.' || next == '$' || next < 0 ? NONE : replace(end);
    }

    private int string(int start) {
        int end = start + 1;
        while (true) {
            byte next = at(end);
            if (next == 0 || next == '\\') {
                return NONE;
            }
            if (next == '\'' && at(end + 1) != '\'') {
                break;
            }
            end += next == '\'' ? 2 : 1;
        }
        // The next string after a line end continues this one.
        int after = end + 1;
        while (isSpace(at(after))) {
            after++;
        }
        return at(after) == '\'' ? NONE : replace(end + 1);
    }

    private int quotedName(int start) {
        int end = start + 1;
        while (at(end) != '"') {
            byte next = at(end);
            if (next == 0 || next == '\\' || next == '\n' || next == '\r') {
                return NONE;
            }
            end++;
        }
        boolean plain = end > start + 1 && at(end + 1) != '"';
        return plain ? copy(start, end + 1) : NONE;
    }

    private int parameter(int start) {
        int end = endOfDigits(start + 1);
        return isNamePart(at(end)) || at(end) == '$' || at(end) < 0 ? NONE : copy(start, end);
    }

    /// A character that starts a comment if this one follows it.
    private int operator(int start, char comment) {
        return at(start + 1) == comment ? NONE : copy(start, start + 1);
    }

    private int copy(int start, int end) {
        out.write(text, start, end - start);
        return end;
    }

    private int replace(int end) {
        parameter++;
        out.writeBytes(("$" + parameter).getBytes(StandardCharsets.US_ASCII));
        return end;
    }

    /// The byte at a position, 0 after the end; no text that gets here holds a 0.
    private byte at(int position) {
        return position < text.length ? text[position] : 0;
    }

    private int endOfDigits(int start) {
        int end = start;
        while (isDigit(at(end))) {
            end++;
        }
        return end;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isNameStart(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';
    }

    private static boolean isNamePart(byte b) {
        return isNameStart(b) || isDigit(b);
    }
}
