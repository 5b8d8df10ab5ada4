package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.server.text.JsonText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Entries as lines of JSON, and the number that a line carries. Used by one thread.
///
/// The record costs what its writer spends on a line, so a line is put together from bytes that are
/// already there: agents, rules, outcomes and most statements come again and again, and their escaped
/// form is kept; so is the time up to the second.
final class EntryText {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Pattern SEQUENCE = Pattern.compile("^\\{\"seq\":([0-9]{1,18}),");

    private static final int MICROS_PER_SECOND = 1_000_000;
    private static final int LONGEST_NUMBER = 20;
    private static final int USUAL_BYTES = 256 << 10;

    /// Kept escaped forms; a power of two.
    private static final int KNOWN_MAX = 512;

    /// Longer texts are escaped anew each time, characters.
    private static final int KNOWN_CHARACTERS_MAX = 1_024;

    private final @Nullable Escaped[] known = new Escaped[KNOWN_MAX];
    private byte[] bytes = new byte[USUAL_BYTES];
    private int length;
    private long second = Long.MIN_VALUE;
    private byte[] secondText = {};

    private static final class Escaped {
        private final String text;
        private final byte[] json;

        private Escaped(String text) {
            StringBuilder escaped = new StringBuilder(text.length() + 16);
            JsonText.appendString(escaped, text);
            this.text = text;
            this.json = escaped.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /// Begins anew; what [#lines()] gave before is no longer valid.
    void clear() {
        length = 0;
        if (bytes.length > USUAL_BYTES) {
            // A statement of a megabyte came by; most are shorter.
            bytes = new byte[USUAL_BYTES];
        }
    }

    /// Bytes of all lines since the last [#clear()].
    int length() {
        return length;
    }

    /// All lines since the last [#clear()]; not copied.
    ByteBuffer lines() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    void append(long sequence, AuditEntry entry) {
        ascii("{\"seq\":");
        number(sequence);
        ascii(",\"time\":\"");
        time(entry.atEpochMicros());
        ascii("\",\"session\":");
        number(entry.session());
        ascii(",\"agent\":");
        string(entry.agent());
        ascii(",\"database\":");
        string(entry.database());
        ascii(",\"statement\":");
        string(entry.statement());
        ascii(",\"decision\":");
        string(entry.decision());
        ascii(",\"rule\":");
        string(entry.rule());
        ascii(",\"outcome\":");
        string(entry.outcome());
        ascii(",\"sqlstate\":");
        string(entry.sqlState());
        ascii(",\"rows\":");
        number(entry.rows());
        ascii(",\"duration_us\":");
        number(entry.durationMicros());
        if (entry.count() != 1) {
            ascii(",\"count\":");
            number(entry.count());
        }
        if (!entry.transaction().isEmpty()) {
            ascii(",\"transaction\":");
            string(entry.transaction());
        }
        ascii("}\n");
    }

    private void time(long epochMicros) {
        long now = Math.floorDiv(epochMicros, MICROS_PER_SECOND);
        if (now != second) {
            secondText =
                    SECONDS.format(Instant.ofEpochSecond(now)).getBytes(StandardCharsets.US_ASCII);
            second = now;
        }
        put(secondText);
        int micros = Math.floorMod(epochMicros, MICROS_PER_SECOND);
        reserve(LONGEST_NUMBER);
        for (int unit = MICROS_PER_SECOND / 10; unit > 0; unit /= 10) {
            bytes[length++] = (byte) ('0' + micros / unit % 10);
        }
        bytes[length++] = 'Z';
    }

    private void string(String text) {
        if (text.length() > KNOWN_CHARACTERS_MAX) {
            put(new Escaped(text).json);
            return;
        }
        int slot = text.hashCode() & (KNOWN_MAX - 1);
        Escaped escaped = known[slot];
        if (escaped == null || !escaped.text.equals(text)) {
            escaped = new Escaped(text);
            known[slot] = escaped;
        }
        put(escaped.json);
    }

    private void number(long value) {
        if (value < 0) {
            ascii(Long.toString(value));
            return;
        }
        reserve(LONGEST_NUMBER);
        int end = length + digits(value);
        long rest = value;
        int at = end;
        do {
            bytes[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        length = end;
    }

    private static int digits(long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void ascii(String text) {
        int count = text.length();
        reserve(count);
        for (int at = 0; at < count; at++) {
            bytes[length + at] = (byte) text.charAt(at);
        }
        length += count;
    }

    private void put(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    /// The number of the last whole line of a text; 0 where there is none.
    static long lastSequence(String text) {
        long last = 0;
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            Matcher matcher = SEQUENCE.matcher(text.substring(from, end));
            if (matcher.find()) {
                last = Long.parseLong(matcher.group(1));
            }
            from = end + 1;
        }
        return last;
    }
}
