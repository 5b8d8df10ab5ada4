package dev.holdfast.server.journal;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Ids of kept transactions: `txn_`, seven digits of time (seconds since 2020, so that they sort by it) and
/// eight random ones (40 bits), in the 32 letters and digits that are not mistaken for each other.
final class TransactionId {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final String PREFIX = "txn_";
    private static final int TIME_DIGITS = 7;
    private static final int RANDOM_DIGITS = 8;
    private static final long SECONDS_BEGIN =
            Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();
    private static final Pattern FORM =
            Pattern.compile(PREFIX + "[" + DIGITS + "]{" + (TIME_DIGITS + RANDOM_DIGITS) + "}");

    /// How long every id is, in ASCII characters.
    static final int LENGTH = PREFIX.length() + TIME_DIGITS + RANDOM_DIGITS;

    private TransactionId() {}

    static String next(Instant now, SecureRandom random) {
        StringBuilder id = new StringBuilder(PREFIX);
        append(id, now.getEpochSecond() - SECONDS_BEGIN, TIME_DIGITS);
        append(id, random.nextLong(1L << (5 * RANDOM_DIGITS)), RANDOM_DIGITS);
        return id.toString();
    }

    private static void append(StringBuilder id, long value, int digits) {
        for (int i = digits - 1; i >= 0; i--) {
            id.append(DIGITS.charAt((int) (value >>> (5 * i)) & 31));
        }
    }

    /// The day under which the transaction is kept, in UTC; null for what is no id.
    static @Nullable LocalDate day(String id) {
        if (!FORM.matcher(id).matches()) {
            return null;
        }
        long seconds = 0;
        for (int i = 0; i < TIME_DIGITS; i++) {
            seconds = seconds << 5 | DIGITS.indexOf(id.charAt(PREFIX.length() + i));
        }
        return LocalDate.ofInstant(Instant.ofEpochSecond(SECONDS_BEGIN + seconds), ZoneOffset.UTC);
    }
}
