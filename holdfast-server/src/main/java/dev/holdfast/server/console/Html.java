package dev.holdfast.server.console;

import com.google.errorprone.annotations.CompileTimeConstant;
import dev.holdfast.server.text.Visible;
import java.util.Collection;
import java.util.stream.Collector;

/// A piece of HTML. There are two ways to one: a constant of the program with holes `{}`, into which every
/// value is escaped on the way, and other pieces put together. So nothing that anybody sent can become markup.
///
/// A hole stands between elements or inside a double-quoted attribute, nowhere else.
final class Html {
    /// Nothing.
    static final Html NONE = new Html("");

    private static final String HOLE = "{}";

    private final String markup;

    private Html(String markup) {
        this.markup = markup;
    }

    /// A constant with holes.
    ///
    /// @param values one for each hole: pieces stay what they are, everything else is escaped
    static Html of(@CompileTimeConstant String constant, Object... values) {
        StringBuilder out = new StringBuilder(constant.length() + 64);
        int at = 0;
        for (Object value : values) {
            int hole = constant.indexOf(HOLE, at);
            if (hole < 0) {
                throw new IllegalArgumentException("values: more than there are holes");
            }
            out.append(constant, at, hole);
            append(out, value);
            at = hole + HOLE.length();
        }
        if (constant.indexOf(HOLE, at) >= 0) {
            throw new IllegalArgumentException("values: fewer than there are holes");
        }
        return new Html(out.append(constant, at, constant.length()).toString());
    }

    /// A text, escaped.
    static Html text(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        escape(out, text);
        return new Html(out.toString());
    }

    /// One after the other.
    static Html all(Collection<Html> pieces) {
        return pieces.stream().collect(joined());
    }

    /// The first where it is so, nothing otherwise.
    static Html when(boolean so, Html piece) {
        return so ? piece : NONE;
    }

    /// Puts pieces together.
    static Collector<Html, ?, Html> joined() {
        return Collector.of(
                StringBuilder::new,
                (out, piece) -> out.append(piece.markup),
                StringBuilder::append,
                out -> new Html(out.toString()));
    }

    private static void append(StringBuilder out, Object value) {
        if (value instanceof Html piece) {
            out.append(piece.markup);
        } else {
            escape(out, value.toString());
        }
    }

    private static void escape(StringBuilder out, String text) {
        int c;
        for (int at = 0; at < text.length(); at += Character.charCount(c)) {
            c = text.codePointAt(at);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t', '\r' -> out.append((char) c);
                default -> {
                    // A statement must not look like another: what turns text around or hides it
                    // is shown.
                    if (Visible.deceives(c) && !groupsDigits(text, at)) {
                        Visible.appendNumber(out, c);
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        }
    }

    /// Whether it is the blank that our own figures have between their digits.
    private static boolean groupsDigits(String text, int at) {
        return text.charAt(at) == Figures.GROUP
                && at > 0
                && at + 1 < text.length()
                && isDigit(text.charAt(at - 1))
                && isDigit(text.charAt(at + 1));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    @Override
    public String toString() {
        return markup;
    }
}
