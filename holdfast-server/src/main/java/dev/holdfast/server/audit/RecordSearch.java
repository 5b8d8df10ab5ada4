package dev.holdfast.server.audit;

import dev.holdfast.server.text.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Searches the record, newest first, by reading its files backwards. One search reads a bounded part and
/// says where the next goes on. Safe for any thread, and while the record is written.
public final class RecordSearch {
    private static final Pattern NAME = Pattern.compile("audit-[0-9]{8}-([0-9]{12})\\.jsonl");
    private static final Pattern CURSOR = Pattern.compile("([0-9]{1,12})\\.([0-9]{1,18})");

    /// What one search reads at most.
    private static final long READ_BYTES_MAX = 32L << 20;

    /// A line is written when its statement has ended, and has the time at which it came: how far these may
    /// lie apart.
    private static final Duration OUT_OF_ORDER_MAX = Duration.ofDays(1);

    private final Path directory;
    private final long readBytesMax;

    public RecordSearch(Path directory) {
        this(directory, READ_BYTES_MAX);
    }

    RecordSearch(Path directory, long readBytesMax) {
        this.directory = directory;
        this.readBytesMax = readBytesMax;
    }

    /// What is looked for; null is anything.
    ///
    /// @param decision `allow`, `deny` or `hold`
    /// @param text what the statement, the rule or the transaction's id contains, whatever the case
    /// @param since the first moment
    /// @param until the moment after the last
    public record Wanted(
            @Nullable String agent,
            @Nullable String database,
            @Nullable String decision,
            @Nullable String text,
            @Nullable Instant since,
            @Nullable Instant until) {}

    /// What was found.
    ///
    /// @param entries the members of each line, newest first
    /// @param next where the next search goes on; null where the record's beginning was reached
    public record Found(List<Map<String, Object>> entries, @Nullable String next) {
        public Found {
            entries = List.copyOf(entries);
        }
    }

    private record Segment(Path file, long number) {}

    /// A cursor that is none.
    public static final class CursorException extends Exception {
        private static final long serialVersionUID = 1L;

        CursorException() {
            super("not a place in the record (expected: what an earlier answer named)");
        }
    }

    /// Searches.
    ///
    /// @param from where an earlier search ended; null for the newest entry
    /// @param limit how many entries, at least 1
    /// @throws CursorException if `from` is none
    /// @throws IOException if the record cannot be read
    public Found search(Wanted wanted, @Nullable String from, int limit)
            throws IOException, CursorException {
        long number = Long.MAX_VALUE;
        long offset = Long.MAX_VALUE;
        if (from != null) {
            Matcher matcher = CURSOR.matcher(from);
            if (!matcher.matches()) {
                throw new CursorException();
            }
            number = Long.parseLong(matcher.group(1));
            offset = Long.parseLong(matcher.group(2));
        }
        List<Map<String, Object>> entries = new ArrayList<>();
        long left = readBytesMax;
        for (Segment segment : segments()) {
            if (segment.number() > number) {
                continue;
            }
            long end = segment.number() == number ? offset : Long.MAX_VALUE;
            try (BackwardLines lines = BackwardLines.open(segment.file(), end)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    Map<String, Object> entry = members(line);
                    if (entry != null && before(entry, wanted.since())) {
                        return new Found(entries, null);
                    }
                    if (entry != null && matches(entry, wanted)) {
                        entries.add(entry);
                    }
                    left -= line.length() + 1L;
                    if (entries.size() == limit || left <= 0) {
                        return new Found(entries, segment.number() + "." + lines.position());
                    }
                }
            }
        }
        return new Found(entries, null);
    }

    private List<Segment> segments() throws IOException {
        List<Segment> segments = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
                if (matcher.matches()) {
                    segments.add(new Segment(file, Long.parseLong(matcher.group(1))));
                }
            });
        }
        // By number and not by day: a clock may jump.
        segments.sort((one, other) -> Long.compare(other.number(), one.number()));
        return segments;
    }

    private static @Nullable Map<String, Object> members(String line) {
        try {
            return line.isEmpty() ? null : JsonTree.object(line);
        } catch (JsonTree.MalformedException _) {
            // A torn line: what a crash left of one.
            return null;
        }
    }

    private static boolean before(Map<String, Object> entry, @Nullable Instant since) {
        Instant at = time(entry);
        return since != null && at != null && at.isBefore(since.minus(OUT_OF_ORDER_MAX));
    }

    private static boolean matches(Map<String, Object> entry, Wanted wanted) {
        return is(entry, "agent", wanted.agent())
                && is(entry, "database", wanted.database())
                && is(entry, "decision", wanted.decision())
                && within(entry, wanted)
                && (wanted.text() == null
                        || Stream.of("statement", "rule", "transaction")
                                .anyMatch(member -> contains(entry, member, wanted.text())));
    }

    private static boolean is(Map<String, Object> entry, String member, @Nullable String wanted) {
        return wanted == null || Objects.equals(entry.get(member), wanted);
    }

    private static boolean contains(Map<String, Object> entry, String member, String text) {
        return entry.get(member) instanceof String value
                && value.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
    }

    private static boolean within(Map<String, Object> entry, Wanted wanted) {
        if (wanted.since() == null && wanted.until() == null) {
            return true;
        }
        Instant at = time(entry);
        return at != null
                && (wanted.since() == null || !at.isBefore(wanted.since()))
                && (wanted.until() == null || at.isBefore(wanted.until()));
    }

    private static @Nullable Instant time(Map<String, Object> entry) {
        try {
            return entry.get("time") instanceof String text ? Instant.parse(text) : null;
        } catch (DateTimeException _) {
            return null;
        }
    }
}
