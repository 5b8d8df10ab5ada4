package dev.holdfast.server.capture;

import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.journal.ColumnImage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where changed rows may be found by their keys, so that a large table need not be read as a whole:
/// whatever literals and parameters the statements had, taken for keys. Only a hint: whether what is found
/// is all is told by the counters.
///
/// Values only, none of a statement's own words, are sent to PostgreSQL, and only such as cannot fail
/// there.
final class KeyHints {
    private static final int STATEMENTS_MAX = 20;
    private static final int TEXT_CHARACTERS_MAX = 16 << 10;
    private static final int VALUES_MAX = 500;
    private static final int VALUE_CHARACTERS_MAX = 100;

    /// So many more rows are looked at than were added, from the end of an ascending key.
    private static final int LATEST_MORE = 16;

    private static final Pattern LITERAL =
            Pattern.compile("'((?:[^']|''){0,100})'|(?<![\\w.$])(-?\\d{1,19})(?![\\w.])");
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);
    private static final Pattern BINARY_INTEGER =
            Pattern.compile("\\\\x([0-9a-f]{4}|[0-9a-f]{8}|[0-9a-f]{16})");
    private static final Pattern BINARY_UUID =
            Pattern.compile(
                    "\\\\x([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})");
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]*");

    private final Set<String> values;

    private KeyHints(Set<String> values) {
        this.values = values;
    }

    /// From what ran.
    static KeyHints of(List<WriteTransaction.Run> statements) {
        Set<String> values = new LinkedHashSet<>();
        statements.stream()
                .limit(STATEMENTS_MAX)
                .forEach(run -> {
                    literals(run.text(), values);
                    run.parameters().stream()
                            .filter(value ->
                                    value != null && value.length() <= VALUE_CHARACTERS_MAX)
                            .limit(Math.max(0, VALUES_MAX - values.size()))
                            .forEach(values::add);
                });
        return new KeyHints(values);
    }

    private static void literals(String text, Set<String> values) {
        Matcher literal =
                LITERAL.matcher(text.substring(0, Math.min(TEXT_CHARACTERS_MAX, text.length())));
        while (values.size() < VALUES_MAX && literal.find()) {
            String quoted = literal.group(1);
            values.add(quoted == null ? literal.group(2) : quoted.replace("''", "'"));
        }
    }

    /// A condition on the first column of the table's key that the changed rows may meet.
    ///
    /// @param added how many rows were added; those with the last keys are among the rows then
    /// @return null where nothing is known
    @Nullable String condition(CapturedTable table, long added) {
        String column = table.image().primaryKey().getFirst();
        String cast =
                cast(
                        table.image().columns().stream()
                                .filter(each -> each.name().equals(column))
                                .map(ColumnImage::type)
                                .findFirst()
                                .orElse(""));
        if (cast == null) {
            return null;
        }
        String name = CapturedTable.quoted(column);
        List<String> either = new ArrayList<>();
        String known =
                values.stream()
                        .map(value -> literal(cast, value))
                        .filter(value -> !value.isEmpty())
                        .distinct()
                        .collect(Collectors.joining(","));
        if (!known.isEmpty()) {
            either.add(
                    "%s OPERATOR(pg_catalog.=) ANY (ARRAY[%s]::pg_catalog.%s[])"
                            .formatted(name, known, cast));
        }
        if (added > 0 && table.image().primaryKey().size() == 1) {
            either.add(
                    ("%s OPERATOR(pg_catalog.=) ANY"
                                    + " (ARRAY(SELECT %s FROM ONLY %s ORDER BY %s DESC LIMIT %d))")
                            .formatted(name, name, table.quotedName(), name, added + LATEST_MORE));
        }
        return either.isEmpty() ? null : "(" + String.join(" OR ", either) + ")";
    }

    /// What the values are cast to; null for types whose texts are not known well enough.
    private static @Nullable String cast(String type) {
        return switch (type) {
            case "smallint", "integer", "bigint" -> "int8";
            case "uuid" -> "uuid";
            case "text" -> "text";
            default -> type.startsWith("character varying") ? "text" : null;
        };
    }

    /// The value as SQL; empty where it is none of that type.
    private static String literal(String cast, String value) {
        return switch (cast) {
            case "int8" -> integer(value);
            case "uuid" -> uuid(value);
            default -> text(value);
        };
    }

    private static String integer(String value) {
        if (INTEGER.matcher(value).matches()) {
            return "'" + value + "'";
        }
        Matcher binary = BINARY_INTEGER.matcher(value);
        if (!binary.matches()) {
            return "";
        }
        String digits = binary.group(1);
        int unused = Long.SIZE - 4 * digits.length();
        return "'" + (Long.parseUnsignedLong(digits, 16) << unused >> unused) + "'";
    }

    private static String uuid(String value) {
        if (UUID.matcher(value).matches()) {
            return "'" + value.toLowerCase(Locale.ROOT) + "'";
        }
        Matcher binary = BINARY_UUID.matcher(value);
        return binary.matches() ? "'" + binary.replaceFirst("$1-$2-$3-$4-$5") + "'" : "";
    }

    /// Of printable ASCII only: whatever encoding the session has, that arrives.
    private static String text(String value) {
        return value.length() <= VALUE_CHARACTERS_MAX && PRINTABLE.matcher(value).matches()
                ? "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
                : "";
    }
}
