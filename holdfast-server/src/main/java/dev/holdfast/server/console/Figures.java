package dev.holdfast.server.console;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Figures and times as every reader reads them: digits in threes, dates as ISO 8601 in UTC.
final class Figures {
    /// Stands between groups of digits.
    static final char GROUP = '\u202f';

    private static final long PER_CENT_TENTHS = 1_000;
    private static final double RATE_WHOLE_MIN = 9.95;
    private static final long MICROS_PER_MILLI = 1_000;

    private Figures() {}

    /// `12 345`.
    static String count(long number) {
        String digits = Long.toString(number);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < digits.length(); at++) {
            int left = digits.length() - at;
            if (at > 0 && left % 3 == 0 && Character.isDigit(digits.charAt(at - 1))) {
                out.append(GROUP);
            }
            out.append(digits.charAt(at));
        }
        return out.toString();
    }

    /// How often in a second: `0`, `0.4`, `12`, `1 234`.
    static String rate(double perSecond) {
        return perSecond == 0 || perSecond >= RATE_WHOLE_MIN
                ? count(Math.round(perSecond))
                : String.format(Locale.ROOT, "%.1f", perSecond);
    }

    /// `1 row`, `2 rows`.
    static String rows(long number) {
        return count(number) + (number == 1 ? " row" : " rows");
    }

    /// Which part of a whole: `12.5 %`; never 0 % of something or 100 % of less than all.
    static String share(long part, long whole) {
        if (whole <= 0) {
            return "";
        }
        long tenths = tenths(part, whole);
        if (tenths == 0 && part > 0) {
            return "< 0.1 %";
        }
        if (tenths == PER_CENT_TENTHS && part < whole) {
            return "> 99.9 %";
        }
        return tenths % 10 == 0
                ? tenths / 10 + " %"
                : "%d.%d %%".formatted(tenths / 10, tenths % 10);
    }

    /// The share in thousandths, 0 to 1,000.
    static long tenths(long part, long whole) {
        if (whole <= 0) {
            return 0;
        }
        return Math.clamp(Math.round((double) part / whole * PER_CENT_TENTHS), 0, PER_CENT_TENTHS);
    }

    /// `12 ms`, `3.4 s`.
    static String duration(long micros) {
        if (micros < MICROS_PER_MILLI) {
            return "< 1 ms";
        }
        long millis = micros / MICROS_PER_MILLI;
        return millis < 1_000
                ? millis + " ms"
                : "%d.%d s".formatted(millis / 1_000, millis % 1_000 / 100);
    }

    /// A moment, for people and for machines.
    static Html time(long epochMillis) {
        Instant at = Instant.ofEpochMilli(epochMillis).truncatedTo(ChronoUnit.SECONDS);
        return Html.of("<time datetime=\"{}\">{}</time>", at, at.toString().replace('T', ' '));
    }

    /// How long it is from now to then: `in 12 min`, `12 min ago`.
    static String distance(long nowMillis, long thenMillis) {
        Duration between = Duration.ofMillis(Math.abs(thenMillis - nowMillis));
        String words;
        if (between.toMinutes() < 1) {
            words = between.toSeconds() + " s";
        } else if (between.toHours() < 1) {
            words = between.toMinutes() + " min";
        } else if (between.toDays() < 1) {
            words = between.toHours() + " h";
        } else {
            words = between.toDays() + " d";
        }
        return thenMillis >= nowMillis ? "in " + words : words + " ago";
    }
}
