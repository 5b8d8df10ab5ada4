package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Literals, as far as they decide whether a condition keeps rows out.
final class Constants {
    /// What PostgreSQL takes for a value of type boolean.
    private static final Set<String> BOOLEANS =
            Set.of("t", "f", "true", "false", "yes", "no", "y", "n", "on", "off", "1", "0");

    private static final Set<String> INFINITIES =
            Set.of("infinity", "+infinity", "-infinity", "inf", "+inf", "-inf", "nan");

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?[0-9]{1,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?");

    /// With a time or without; no word behind it, such as BC.
    private static final Pattern DATE =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]{4,15}([+-][0-9:]{2,6}|Z)?)?");

    private static final int YEAR_DIGITS = 4;
    private static final int YEARS_MAX = 10;
    private static final double NUMBERS_MAX = 1_000_000;

    private Constants() {}

    /// The text of a string literal, casts aside; null where it is none.
    static @Nullable String text(@Nullable Node node) {
        Node constant = literal(node);
        Node string = constant == null ? null : constant.node("sval");
        return string == null ? null : string.text("sval");
    }

    /// The value of a number, casts aside; null where it is none.
    static @Nullable Double number(@Nullable Node node) {
        Node constant = literal(node);
        if (constant == null) {
            return null;
        }
        Node integer = constant.node("ival");
        if (integer != null) {
            return (double) integer.number("ival");
        }
        Node decimal = constant.node("fval");
        String digits = decimal != null ? decimal.text("fval") : text(constant);
        // PostgreSQL reads 0x7f and 1_000 as well; what is not plain is no number here.
        return digits != null && NUMBER.matcher(digits).matches() ? Double.valueOf(digits) : null;
    }

    static boolean isNull(Node node) {
        Node constant = literal(node);
        return constant != null && constant.flag("isnull");
    }

    /// Whether it may be one of the two values of a boolean.
    static boolean mayBeBoolean(Node node) {
        Node constant = literal(node);
        if (constant == null) {
            return false;
        }
        String text = text(constant);
        return constant.has("boolval")
                || (text != null && BOOLEANS.contains(text.strip().toLowerCase(Locale.ROOT)));
    }

    /// Whether an array's literal may list both values of a boolean.
    static boolean mayBeBooleans(Node node) {
        String text = text(node);
        if (text == null) {
            return false;
        }
        for (String element : text.replaceAll("[{}\"\\s]", "").split(",", -1)) {
            if (!BOOLEANS.contains(element.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return true;
    }

    /// Whether a range between two values is too wide to count, or cannot be judged: ends that are
    /// computed, or infinite; more than a million numbers, or more than ten years; words that do not
    /// begin with the same letter, or that are no words of the column's type. What a parameter will be
    /// is not known; it counts as a given value.
    ///
    /// @param textual whether the ends are compared as texts; only then are words in alphabetical order
    static boolean endless(Node low, Node high, boolean textual) {
        if (infinite(low) || infinite(high) || !plain(low) || !plain(high)) {
            return true;
        }
        if (parameter(low) || parameter(high)) {
            return false;
        }
        if (textual) {
            String one = text(low);
            String other = text(high);
            return one == null
                    || other == null
                    || one.isEmpty()
                    || other.isEmpty()
                    || one.charAt(0) != other.charAt(0);
        }
        Double from = number(low);
        Double to = number(high);
        if (from != null && to != null) {
            return !(Math.abs(to - from) <= NUMBERS_MAX);
        }
        int first = year(low);
        int last = year(high);
        return first < 0 || last < 0 || Math.abs(last - first) > YEARS_MAX;
    }

    private static boolean parameter(Node node) {
        Node inner = withoutCasts(node);
        return inner != null && inner.is("ParamRef");
    }

    /// Whether it is a literal or a parameter, casts aside.
    private static boolean plain(Node node) {
        Node inner = withoutCasts(node);
        return inner != null && (inner.is("A_Const") || inner.is("ParamRef"));
    }

    private static boolean infinite(Node node) {
        String text = text(node);
        return text != null && INFINITIES.contains(text.strip().toLowerCase(Locale.ROOT));
    }

    /// The year of a date that is written as ISO 8601 has it; -1 for anything else.
    private static int year(Node node) {
        String text = text(node);
        return text != null && DATE.matcher(text).matches()
                ? Integer.parseInt(text.substring(0, YEAR_DIGITS))
                : -1;
    }

    private static @Nullable Node literal(@Nullable Node node) {
        Node inner = withoutCasts(node);
        return inner != null && inner.is("A_Const") ? inner : null;
    }

    private static @Nullable Node withoutCasts(@Nullable Node node) {
        Node inner = node;
        while (inner != null && inner.is("TypeCast")) {
            inner = inner.node("arg");
        }
        return inner;
    }
}
