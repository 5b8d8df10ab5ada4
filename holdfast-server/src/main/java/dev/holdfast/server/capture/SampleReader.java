package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeKeeper.Examined;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.text.CopyLine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads, for a person who decides, how many rows the changed tables had and some rows of each before and
/// after. Unlike [TwinCapture] it proves nothing and stops as soon as it has enough.
final class SampleReader {
    private static final int TABLES_MAX = 8;
    private static final int ROWS_MAX = 5;
    private static final int COLUMNS_MAX = 40;
    private static final int VALUE_CHARACTERS_MAX = 200;

    /// So many rows that may be changed ones are looked at.
    private static final int CANDIDATES_MAX = 200;

    /// Larger tables are not counted but estimated, 8 KiB each.
    private static final long COUNTED_PAGES_MAX = 4_096;

    private static final String ESTIMATES =
            "SELECT oid, reltuples::bigint FROM pg_class WHERE oid = ANY ($1::oid[])";

    private final WritingSession writer;
    private final WritingSession twin;
    private final String ownId;

    SampleReader(WritingSession writer, WritingSession twin, String transactionId) {
        this.writer = writer;
        this.twin = twin;
        this.ownId = TableReader.shortId(transactionId);
    }

    Examined read(List<CapturedTable> tables) throws ChangeRefusedException {
        writer.query(Counters.PIN_FORMATS, List.of());
        Map<Long, Long> estimates = estimates(tables);
        List<TableEffect> effects = new ArrayList<>();
        List<RowSample> samples = new ArrayList<>();
        for (CapturedTable table : tables) {
            TableChange change = table.change();
            effects.add(
                    new TableEffect(
                            change.relation(),
                            change.inserted(),
                            change.updated(),
                            change.deleted(),
                            rows(table, estimates)));
            if (effects.size() <= TABLES_MAX) {
                samples.addAll(samples(table));
            }
        }
        return new Examined(effects, samples);
    }

    private Map<Long, Long> estimates(List<CapturedTable> tables) throws ChangeRefusedException {
        String oids =
                tables.stream()
                        .map(table -> Long.toString(table.change().oid()))
                        .collect(Collectors.joining(",", "{", "}"));
        Map<Long, Long> estimates = new LinkedHashMap<>();
        for (List<@Nullable String> row : twin.query(ESTIMATES, List.of(oids))) {
            estimates.put(
                    Long.valueOf(String.valueOf(row.getFirst())),
                    Long.valueOf(String.valueOf(row.getLast())));
        }
        return estimates;
    }

    private long rows(CapturedTable table, Map<Long, Long> estimates)
            throws ChangeRefusedException {
        if (table.pages() > COUNTED_PAGES_MAX) {
            return estimates.getOrDefault(table.change().oid(), -1L);
        }
        return Long.parseLong(
                String.valueOf(
                        twin.query("SELECT count(*) FROM ONLY " + table.quotedName(), List.of())
                                .getFirst()
                                .getFirst()));
    }

    private List<RowSample> samples(CapturedTable table) throws ChangeRefusedException {
        Map<List<@Nullable String>, List<@Nullable String>> before =
                rows(
                        table,
                        twin,
                        writer,
                        "xmax OPERATOR(pg_catalog.<>) '0'::pg_catalog.xid AND ",
                        "xmax");
        Map<List<@Nullable String>, List<@Nullable String>> after =
                rows(table, writer, twin, "", "xmin");
        List<String> columns =
                table.image().columns().stream().limit(COLUMNS_MAX).map(ColumnImage::name).toList();
        String relation = table.change().relation();
        List<@Nullable String> none = new ArrayList<>();
        List<RowSample> samples = new ArrayList<>();
        for (Map.Entry<List<@Nullable String>, List<@Nullable String>> one : before.entrySet()) {
            List<@Nullable String> row = one.getValue();
            List<@Nullable String> now = after.remove(one.getKey());
            samples.add(new RowSample(relation, columns, row, now == null ? none : now));
        }
        for (List<@Nullable String> row : after.values()) {
            samples.add(new RowSample(relation, columns, none, row));
        }
        return samples.subList(0, Math.min(ROWS_MAX, samples.size()));
    }

    /// Rows that one session sees and the other does not, by their primary keys.
    ///
    /// @param stamp the system column that a change of the wanted kind sets, by this transaction or by a
    ///     savepoint of it, whose id is younger
    private Map<List<@Nullable String>, List<@Nullable String>> rows(
            CapturedTable table,
            WritingSession source,
            WritingSession other,
            String condition,
            String stamp)
            throws ChangeRefusedException {
        List<List<@Nullable String>> candidates = new ArrayList<>();
        source.copyOut(
                "SELECT ctid, %s FROM ONLY %s WHERE %s pg_catalog.age(%s) OPERATOR(pg_catalog.<=)"
                                .formatted(
                                        table.quotedColumns(), table.quotedName(), condition, stamp)
                        + " pg_catalog.age('%s'::pg_catalog.xid) LIMIT %d"
                                .formatted(ownId, CANDIDATES_MAX),
                line -> candidates.add(CopyLine.fields(line)));
        Set<String> seen = visible(table, other, candidates);
        Map<List<@Nullable String>, List<@Nullable String>> rows = new LinkedHashMap<>();
        for (List<@Nullable String> candidate : candidates) {
            if (!seen.contains(String.valueOf(candidate.getFirst()))) {
                List<@Nullable String> row = candidate.subList(1, candidate.size());
                rows.put(key(table, row), shown(row));
            }
        }
        return rows;
    }

    private static Set<String> visible(
            CapturedTable table, WritingSession session, List<List<@Nullable String>> candidates)
            throws ChangeRefusedException {
        String places =
                candidates.stream()
                        .map(row -> String.valueOf(row.getFirst()))
                        .collect(Collectors.joining("\",\"", "{\"", "\"}"));
        Set<String> visible = new HashSet<>();
        if (candidates.isEmpty()) {
            return visible;
        }
        for (List<@Nullable String> row :
                session.query(
                        "SELECT ctid FROM ONLY %s WHERE ctid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.tid[])"
                                .formatted(table.quotedName()),
                        List.of(places))) {
            visible.add(String.valueOf(row.getFirst()));
        }
        return visible;
    }

    private static List<@Nullable String> key(CapturedTable table, List<@Nullable String> row) {
        List<@Nullable String> key = new ArrayList<>();
        for (int at = 0; at < table.image().columns().size(); at++) {
            if (table.image().primaryKey().contains(table.image().columns().get(at).name())) {
                key.add(row.get(at));
            }
        }
        return key;
    }

    private static List<@Nullable String> shown(List<@Nullable String> row) {
        List<@Nullable String> shown = new ArrayList<>();
        for (String value : row.subList(0, Math.min(COLUMNS_MAX, row.size()))) {
            shown.add(
                    value == null || value.length() <= VALUE_CHARACTERS_MAX
                            ? value
                            : value.substring(0, VALUE_CHARACTERS_MAX) + "…");
        }
        return shown;
    }
}
