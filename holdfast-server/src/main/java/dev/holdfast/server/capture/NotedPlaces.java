package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.server.text.CopyLine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Where a transaction changed rows of one table, as the table's [Shadow] noted it. Places are numbers
/// ([ImageReader#number]).
final class NotedPlaces {
    /// What was noted of all tables is read up to this. The trigger stops at half of it.
    private static final int LINES_MAX = 2 * Shadow.NOTED_MAX;

    private final long[] before;
    private final long[] after;
    private final long inserted;
    private final long updated;
    private final long deleted;

    private NotedPlaces(Notes notes) {
        this.before = notes.before.build().sorted().distinct().toArray();
        this.after = notes.after.build().sorted().distinct().toArray();
        this.inserted = notes.inserted;
        this.updated = notes.updated;
        this.deleted = notes.deleted;
    }

    /// What the writer's transaction noted, by the table's oid. The lines are numbers only.
    static Map<Long, NotedPlaces> of(WritingSession writer) throws ChangeRefusedException {
        Map<Long, Notes> tables = new HashMap<>();
        int[] lines = new int[1];
        writer.copyOut(
                "SELECT relation, old_place, new_place FROM holdfast_shadow.noted()",
                line -> {
                    if (lines[0]++ < LINES_MAX) {
                        List<@Nullable String> fields = CopyLine.fields(line);
                        tables.computeIfAbsent(
                                        Long.valueOf(String.valueOf(fields.getFirst())),
                                        _ -> new Notes())
                                .note(fields.get(1), fields.get(2));
                    }
                });
        Map<Long, NotedPlaces> places = new HashMap<>();
        if (lines[0] <= LINES_MAX) {
            tables.forEach((oid, notes) -> places.put(oid, new NotedPlaces(notes)));
        }
        return places;
    }

    private static final class Notes {
        private final LongStream.Builder before = LongStream.builder();
        private final LongStream.Builder after = LongStream.builder();
        private long inserted;
        private long updated;
        private long deleted;

        void note(@Nullable String old, @Nullable String fresh) {
            if (old != null) {
                before.add(ImageReader.number(old));
            }
            if (fresh != null) {
                after.add(ImageReader.number(fresh));
            }
            if (old == null) {
                inserted++;
            } else if (fresh == null) {
                deleted++;
            } else {
                updated++;
            }
        }
    }

    /// Where rows stood that may have been there before, ascending, none twice.
    long[] before() {
        return before;
    }

    /// Where rows stand that may be there now, ascending, none twice.
    long[] after() {
        return after;
    }

    /// Whether each change that was counted was noted, as what it is, and no other: then no row was changed
    /// at a place that is not among these.
    boolean isAllOf(TableChange change) {
        return inserted == change.inserted()
                && updated == change.updated()
                && deleted == change.deleted();
    }

    /// Whether all that was counted can be found at these places. Not where more was changed than is noted,
    /// or savepoints were rolled back: then looking would be in vain.
    boolean mayBeAllOf(TableChange change) {
        return isAllOf(change)
                || (before.length >= change.updated() + change.deleted()
                        && after.length >= change.inserted() + change.updated());
    }
}
