package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WritingSession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads the rows that one session sees and another does not.
///
/// `source` streams rows that may be such; in chunks `other` is asked which of them it sees at the same
/// place. A row that it does not see differs between the two by the writer's own doing, or because a third
/// session committed in between. If the row bears the writer's own transaction id, it is the writer's. Any
/// other is read once more from `source`, after `other` was asked: what `source` sees earlier and later,
/// and `other` in between does not, is the writer's. `other` is asked once more then too, since a place
/// may have been filled anew meanwhile.
///
/// @param source streams rows
/// @param other is asked about them
/// @param table the table
/// @param stamp the system column that a change of the wanted kind sets: `xmax` or `xmin`
/// @param ownId the writer's transaction id, 32 bits
record ImageReader(
        WritingSession source,
        WritingSession other,
        CapturedTable table,
        String stamp,
        String ownId) {
    private static final int CHUNK_ROWS_MAX = 2_000;
    private static final int CHUNK_BYTES_MAX = 4 << 20;

    /// So many rows of one table may be changed by one transaction.
    private static final int PLACES_MAX = 16_000_000;

    /// @param condition which rows may be such
    Found read(String condition, WritingSession.RowSink sink) throws ChangeRefusedException {
        return read(condition, sink, Found.NONE);
    }

    /// @param known was found before: not found again, although a stamp may have changed since
    Found read(String condition, WritingSession.RowSink sink, Found known)
            throws ChangeRefusedException {
        Chunks first = new Chunks(sink, known, false);
        source.copyOut(query(condition), first);
        return settled(first, condition, sink, known);
    }

    /// Only rows at such places.
    ///
    /// @param places where, none twice
    /// @param condition which rows there may be such
    Found readAt(long[] places, String condition, WritingSession.RowSink sink)
            throws ChangeRefusedException {
        Chunks first = new Chunks(sink, Found.NONE, false);
        for (int start = 0; start < places.length; start += CHUNK_ROWS_MAX) {
            int end = Math.min(places.length, start + CHUNK_ROWS_MAX);
            source.copyOut(query(at(places, start, end) + " AND (" + condition + ")"), first);
        }
        return settled(first, condition, sink, Found.NONE);
    }

    private Found settled(Chunks first, String condition, WritingSession.RowSink sink, Found known)
            throws ChangeRefusedException {
        first.settle();
        long[] doubtful = first.doubtful.sorted();
        Chunks again = new Chunks(sink, known, true);
        for (int start = 0; start < doubtful.length; start += CHUNK_ROWS_MAX) {
            int end = Math.min(doubtful.length, start + CHUNK_ROWS_MAX);
            source.copyOut(query(at(doubtful, start, end) + " AND (" + condition + ")"), again);
            again.settle();
        }
        return new Found(first.found.and(again.found));
    }

    /// Few rows that bear the writer's own id, held in memory.
    ///
    /// @param condition which rows may be such
    /// @param rowsMax how many of them
    /// @return null if there are more
    @Nullable List<Candidate> gather(String condition, long rowsMax) throws ChangeRefusedException {
        List<Candidate> gathered = new ArrayList<>();
        long[] bytes = new long[1];
        source.copyOut(
                query(condition),
                line -> {
                    bytes[0] += line.length;
                    // One too many shows that there are too many.
                    if (gathered.size() <= rowsMax && bytes[0] <= CHUNK_BYTES_MAX) {
                        gathered.add(candidate(line));
                    }
                });
        return gathered.size() > rowsMax || bytes[0] > CHUNK_BYTES_MAX ? null : gathered;
    }

    /// Those of them that the other session does not see.
    List<Candidate> unseen(List<Candidate> gathered) throws ChangeRefusedException {
        if (gathered.isEmpty()) {
            return gathered;
        }
        Set<String> visible = visible(other, gathered.stream().map(one -> one.place).toList());
        return gathered.stream().filter(one -> one.own && !visible.contains(one.place)).toList();
    }

    /// The condition that a row is at one of these places.
    static String at(long[] places, int start, int end) {
        return "ctid OPERATOR(pg_catalog.=) ANY ('%s'::pg_catalog.tid[])"
                .formatted(array(Arrays.stream(places, start, end).mapToObj(ImageReader::place)));
    }

    private String query(String condition) {
        return "SELECT ctid, %s, %s FROM ONLY %s WHERE %s"
                .formatted(stamp, table.quotedColumns(), table.quotedName(), condition);
    }

    /// A `tid[]` as text.
    private static String array(Stream<String> places) {
        return places.map(place -> '"' + place + '"').collect(Collectors.joining(",", "{", "}"));
    }

    /// The places of the rows that were found, ascending; 8 bytes for each.
    static final class Found {
        static final Found NONE = new Found(new long[0]);

        private final long[] places;

        private Found(long[] places) {
            this.places = places;
        }

        long count() {
            return places.length;
        }

        /// These and others.
        Found and(Found others) {
            return new Found(
                    LongStream.concat(Arrays.stream(places), Arrays.stream(others.places))
                            .sorted()
                            .toArray());
        }

        boolean has(String place) {
            return Arrays.binarySearch(places, number(place)) >= 0;
        }
    }

    /// Places as numbers, as many as come, up to a limit.
    private static final class Places {
        private long[] numbers = new long[16];
        private int count;

        void add(String place) throws ChangeRefusedException {
            if (count == PLACES_MAX) {
                throw new ChangeRefusedException(CaptureRefusals.tooManyRows(PLACES_MAX));
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, Math.min(PLACES_MAX, 2 * count));
            }
            numbers[count++] = number(place);
        }

        long[] sorted() {
            return and(new Places());
        }

        long[] and(Places others) {
            long[] both = Arrays.copyOf(numbers, count + others.count);
            System.arraycopy(others.numbers, 0, both, count, others.count);
            Arrays.sort(both);
            return both;
        }
    }

    private Set<String> visible(WritingSession session, List<String> places)
            throws ChangeRefusedException {
        List<@Nullable String> parameter = List.of(array(places.stream()));
        Set<String> visible = new HashSet<>();
        for (List<@Nullable String> row :
                session.query(
                        "SELECT ctid FROM ONLY %s WHERE ctid OPERATOR(pg_catalog.=) ANY"
                                        .formatted(table.quotedName())
                                + " ($1::pg_catalog.tid[])",
                        parameter)) {
            visible.add(String.valueOf(row.getFirst()));
        }
        return visible;
    }

    /// `(7,3)` as a number: 32 bits of block, 16 of line.
    static long number(String place) {
        int comma = place.indexOf(',');
        return Long.parseLong(place, 1, comma, 10) << 16
                | Long.parseLong(place, comma + 1, place.length() - 1, 10);
    }

    static String place(long number) {
        return "(" + (number >>> 16) + "," + (number & 0xFFFF) + ")";
    }

    /// A row, without its stamp.
    static final class Candidate {
        private final String place;
        private final boolean own;
        private final byte[] line;

        private Candidate(String place, boolean own, byte[] line) {
            this.place = place;
            this.own = own;
            this.line = line;
        }

        byte[] line() {
            return line;
        }
    }

    /// The second column, the stamp, is taken out of the line.
    private Candidate candidate(byte[] line) {
        int first = tab(line, 0);
        int second = tab(line, first + 1);
        byte[] kept = new byte[line.length - (second - first)];
        System.arraycopy(line, 0, kept, 0, first);
        System.arraycopy(line, second, kept, first, line.length - second);
        return new Candidate(
                new String(line, 0, first, StandardCharsets.US_ASCII),
                new String(line, first + 1, second - first - 1, StandardCharsets.US_ASCII)
                        .equals(ownId),
                kept);
    }

    private static int tab(byte[] line, int from) {
        int at = from;
        while (line[at] != '\t') {
            at++;
        }
        return at;
    }

    /// Takes rows until there are enough to ask about.
    private final class Chunks implements WritingSession.RowSink {
        private final WritingSession.RowSink sink;
        private final Found known;
        private final boolean looksAgain;
        private final List<Candidate> waiting = new ArrayList<>();
        private final Places found = new Places();
        private final Places doubtful = new Places();
        private long waitingBytes;

        private Chunks(WritingSession.RowSink sink, Found known, boolean looksAgain) {
            this.sink = sink;
            this.known = known;
            this.looksAgain = looksAgain;
        }

        @Override
        public void row(byte[] line) throws ChangeRefusedException {
            waiting.add(candidate(line));
            waitingBytes += line.length;
            if (waiting.size() >= CHUNK_ROWS_MAX || waitingBytes >= CHUNK_BYTES_MAX) {
                settle();
            }
        }

        void settle() throws ChangeRefusedException {
            if (waiting.isEmpty()) {
                return;
            }
            Set<String> visible = visible(other, waiting.stream().map(one -> one.place).toList());
            for (Candidate candidate : waiting) {
                if (visible.contains(candidate.place) || known.has(candidate.place)) {
                    continue;
                }
                if (candidate.own || looksAgain) {
                    found.add(candidate.place);
                    sink.row(candidate.line);
                } else {
                    doubtful.add(candidate.place);
                }
            }
            waiting.clear();
            waitingBytes = 0;
        }
    }
}
