package dev.holdfast.server.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How long, as people type it: `90s`, `30m`, `8h`, `3d`.
final class Span implements ITypeConverter<Duration> {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})([smhd])");

    @Override
    public Duration convert(String text) {
        Duration span = read(text);
        if (span == null) {
            throw new TypeConversionException(text + " (expected: 90s, 30m, 8h or 3d)");
        }
        return span;
    }

    /// How long a text says; null where it says something else.
    static @Nullable Duration read(String text) {
        Matcher span = TEXT.matcher(text);
        if (!span.matches()) {
            return null;
        }
        long number = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
