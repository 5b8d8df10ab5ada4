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
import org.jspecify.annotations.Nullable;

/// Reads the rows that one session sees and another does not.
///
/// `source` streams rows that may be such; in chunks `other` is asked which of them it sees at the same
/// place. A row that it does not see differs between the two by the writer's own doing, or because a third
/// session committed in between. The third is ruled out by looking at the row once more in `source`, after
/// `other` was asked: a row that `source` sees earlier and later, and `other` in between does not, is the
/// writer's. That is not needed for rows that carry the writer's own transaction id.
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

    /// So many rows of savepoints and the like may have to be looked at again; 8 bytes each.
    private static final int DOUBTFUL_MAX = 8_000_000;

    /// @param condition which rows may be such
    /// @return how many there are
    /// @throws ConcurrentChangeException if others changed rows meanwhile
    long read(String condition, WritingSession.RowSink sink)
            throws ChangeRefusedException, ConcurrentChangeException {
        Chunks chunks = new Chunks(sink);
        source.copyOut(
                "SELECT ctid, %s, %s FROM ONLY %s WHERE %s"
                        .formatted(stamp, table.quotedColumns(), table.quotedName(), condition),
                chunks);
        chunks.settle();
        if (chunks.overflown) {
            throw new ConcurrentChangeException(table.change().relation());
        }
        lookAgain(chunks.doubtful());
        return chunks.found;
    }

    private void lookAgain(long[] doubtful) throws ChangeRefusedException, ConcurrentChangeException {
        for (int start = 0; start < doubtful.length; start += CHUNK_ROWS_MAX) {
            int end = Math.min(doubtful.length, start + CHUNK_ROWS_MAX);
            List<String> places =
                    Arrays.stream(doubtful, start, end).mapToObj(ImageReader::place).toList();
            if (visible(source, places).size() != places.size()) {
                throw new ConcurrentChangeException(table.change().relation());
            }
        }
    }

    private Set<String> visible(WritingSession session, List<String> places)
            throws ChangeRefusedException {
        List<@Nullable String> parameter =
                List.of(places.stream().collect(Collectors.joining("\",\"", "{\"", "\"}")));
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

    private record Candidate(String place, boolean own, byte[] line) {}

    /// Takes rows until there are enough to ask about.
    private final class Chunks implements WritingSession.RowSink {
        private final WritingSession.RowSink sink;
        private final List<Candidate> waiting = new ArrayList<>();
        private long waitingBytes;
        private long found;
        private long[] doubtful = new long[16];
        private int doubtfulCount;
        private boolean overflown;

        private Chunks(WritingSession.RowSink sink) {
            this.sink = sink;
        }

        @Override
        public void row(byte[] line) throws ChangeRefusedException {
            waiting.add(candidate(line));
            waitingBytes += line.length;
            if (waiting.size() >= CHUNK_ROWS_MAX || waitingBytes >= CHUNK_BYTES_MAX) {
                settle();
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

        void settle() throws ChangeRefusedException {
            if (waiting.isEmpty()) {
                return;
            }
            Set<String> visible =
                    visible(other, waiting.stream().map(Candidate::place).toList());
            for (Candidate candidate : waiting) {
                if (visible.contains(candidate.place)) {
                    continue;
                }
                found++;
                if (!candidate.own) {
                    doubt(candidate.place);
                }
                sink.row(candidate.line);
            }
            waiting.clear();
            waitingBytes = 0;
        }

        private void doubt(String place) {
            if (doubtfulCount == DOUBTFUL_MAX) {
                overflown = true;
                return;
            }
            if (doubtfulCount == doubtful.length) {
                doubtful = Arrays.copyOf(doubtful, Math.min(DOUBTFUL_MAX, 2 * doubtfulCount));
            }
            doubtful[doubtfulCount++] = number(place);
        }

        long[] doubtful() {
            return Arrays.copyOf(doubtful, doubtfulCount);
        }
    }
}
