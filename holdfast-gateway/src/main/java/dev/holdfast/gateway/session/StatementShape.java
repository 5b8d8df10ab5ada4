package dev.holdfast.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// The shape of a statement: its bytes with every plain literal replaced by a mark.
///
/// Two texts of one shape have the same parse tree but for the values of constants, so a verdict in which
/// no constant matters holds for both. That must be true without exception, hence this reader gives up on
/// everything that needs PostgreSQL's lexer to be read: it knows ASCII words, double-quoted names,
/// integers of at most nine digits (which PostgreSQL always types as `integer`), decimals of digits, one
/// point and digits, single-quoted strings without backslash and without a prefix, parameters, white
/// space and operators. Comments, dollar quotes, `E''`, `B''`, `X''`, `U&''`, exponents, digits run into
/// letters, control characters and bytes above 127 have no shape: such texts are looked up and judged as
/// they are. (PostgreSQL manual, 4.1 "Lexical Structure"; the rules of `scan.l`.)
final class StatementShape {
    private static final byte INTEGER = 1;
    private static final byte STRING = 2;
    private static final byte DECIMAL = 3;
    private static final int INTEGER_DIGITS_MAX = 9;

    private static final byte OTHER = 0;
    private static final byte REFUSED = 1;
    private static final byte WORD = 2;
    private static final byte DIGIT = 3;
    private static final byte[] CLASSES = classes();

    private final byte[] shape;
    private int length;

    StatementShape(int textBytesMax) {
        shape = new byte[textBytesMax];
    }

    private static byte[] classes() {
        byte[] classes = new byte[256];
        Arrays.fill(classes, 0, ' ', REFUSED);
        Arrays.fill(classes, 127, 256, REFUSED);
        classes['\t'] = OTHER;
        classes['\n'] = OTHER;
        classes['\r'] = OTHER;
        classes['\f'] = OTHER;
        classes['\\'] = REFUSED;
        Arrays.fill(classes, 'a', 'z' + 1, WORD);
        Arrays.fill(classes, 'A', 'Z' + 1, WORD);
        classes['_'] = WORD;
        Arrays.fill(classes, '0', '9' + 1, DIGIT);
        return classes;
    }

    boolean read(byte[] text) {
        return text.length <= shape.length && read(Unpooled.wrappedBuffer(text), 0, text.length);
    }

    /// Reads a text, which must not be longer than the bound.
    ///
    /// @return whether it has a shape that differs from its bytes; then [#bytes] up to [#length] hold it
    boolean read(ByteBuf text, int index, int textLength) {
        length = 0;
        boolean literals = false;
        int at = index;
        int end = index + textLength;
        while (at < end) {
            byte here = text.getByte(at);
            int next;
            switch (CLASSES[here & 0xFF]) {
                case WORD -> {
                    next = word(text, at, end);
                    if (next < end && text.getByte(next) == '\'') {
                        return false;
                    }
                    append(text, at, next);
                }
                case DIGIT -> {
                    next = number(text, at, end);
                    literals = true;
                }
                case OTHER -> {
                    next = other(text, here, at, end);
                    literals |= here == '\'';
                }
                default -> next = -1;
            }
            if (next < 0) {
                return false;
            }
            at = next;
        }
        return literals;
    }

    byte[] bytes() {
        return shape;
    }

    int length() {
        return length;
    }

    byte[] copy() {
        return Arrays.copyOf(shape, length);
    }

    private int other(ByteBuf text, byte here, int at, int end) {
        byte after = at + 1 < end ? text.getByte(at + 1) : 0;
        return switch (here) {
            case '\'' -> string(text, at, end);
            case '"' -> quotedName(text, at, end);
            case '$' -> parameter(text, at, end);
            // U&'…' and U&"…" read their content in another way.
            case '&' -> after == '\'' || after == '"' ? -1 : single(here, at);
            case '-' -> after == '-' ? -1 : single(here, at);
            case '/' -> after == '*' ? -1 : single(here, at);
            // .5 and t.5: a number may begin with a point.
            case '.' -> after >= '0' && after <= '9' ? -1 : single(here, at);
            default -> single(here, at);
        };
    }

    private int single(byte here, int at) {
        shape[length++] = here;
        return at + 1;
    }

    private static int word(ByteBuf text, int at, int end) {
        int next = at + 1;
        while (next < end && continuesWord(text.getByte(next))) {
            next++;
        }
        return next;
    }

    private static boolean continuesWord(byte b) {
        byte kind = CLASSES[b & 0xFF];
        return kind == WORD || kind == DIGIT || b == '$';
    }

    private static int digits(ByteBuf text, int at, int end) {
        int next = at;
        while (next < end && CLASSES[text.getByte(next) & 0xFF] == DIGIT) {
            next++;
        }
        return next;
    }

    /// Whether a number or string that ends here is followed by something that it could run into.
    private static boolean runsOn(ByteBuf text, int at, int end) {
        if (at >= end) {
            return false;
        }
        byte b = text.getByte(at);
        return continuesWord(b) || b == '.' || b == '\'' || b == '"' || b < 0;
    }

    private int number(ByteBuf text, int at, int end) {
        int next = digits(text, at, end);
        if (next - at > INTEGER_DIGITS_MAX) {
            return -1;
        }
        byte mark = INTEGER;
        if (next + 1 < end && text.getByte(next) == '.') {
            int fraction = digits(text, next + 1, end);
            if (fraction == next + 1) {
                return -1;
            }
            next = fraction;
            mark = DECIMAL;
        }
        if (runsOn(text, next, end)) {
            return -1;
        }
        shape[length++] = mark;
        return next;
    }

    private int string(ByteBuf text, int at, int end) {
        int next = at + 1;
        while (next < end) {
            byte b = text.getByte(next);
            if (b == '\'') {
                if (next + 1 < end && text.getByte(next + 1) == '\'') {
                    next += 2;
                    continue;
                }
                if (runsOn(text, next + 1, end)) {
                    return -1;
                }
                shape[length++] = STRING;
                return next + 1;
            }
            if (CLASSES[b & 0xFF] == REFUSED) {
                return -1;
            }
            next++;
        }
        return -1;
    }

    private int quotedName(ByteBuf text, int at, int end) {
        int next = at + 1;
        while (next < end) {
            byte b = text.getByte(next);
            if (CLASSES[b & 0xFF] == REFUSED) {
                return -1;
            }
            if (b == '"') {
                append(text, at, next + 1);
                return next + 1;
            }
            next++;
        }
        return -1;
    }

    private int parameter(ByteBuf text, int at, int end) {
        int next = digits(text, at + 1, end);
        if (next == at + 1 || runsOn(text, next, end)) {
            return -1;
        }
        append(text, at, next);
        return next;
    }

    private void append(ByteBuf text, int from, int to) {
        int count = to - from;
        text.getBytes(from, shape, length, count);
        length += count;
    }
}
