package dev.holdfast.guard.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What a statement did when it was rehearsed: run, measured by the database and rolled back. It is what a
/// person approves; what runs later may do as much and no more.
///
/// @param tables what happened to rows, by table; cascades, triggers and partitions are tables of their
///     own here
/// @param things what would be gone as a whole, each as a person names it: `table shop.orders`
/// @param samples some of the rows
/// @param locks the locks that it took, each as `schema.name mode`
/// @param plan PostgreSQL's plan, a text for each line; empty where none was asked for
/// @param durationMicros how long it took, microseconds
/// @param walBytesMax how much was written to PostgreSQL's log meanwhile, by others too: it wrote no more
///     than this; -1 where that is not known
/// @param links by which ways one table's change led to another's, as the catalog had it; nobody signs them
/// @param copy the name of the staging copy on which it was measured; empty for the database itself
public record MeasuredEffect(
        List<TableEffect> tables,
        List<String> things,
        List<RowSample> samples,
        List<String> locks,
        List<String> plan,
        long durationMicros,
        long walBytesMax,
        List<TableLink> links,
        String copy) {

    /// Nothing changes: what is held is a read.
    public static final MeasuredEffect NONE =
            new MeasuredEffect(List.of(), List.of(), List.of(), List.of(), List.of(), 0, -1);

    public MeasuredEffect {
        tables = List.copyOf(tables);
        things = List.copyOf(things);
        samples = List.copyOf(samples);
        locks = List.copyOf(locks);
        plan = List.copyOf(plan);
        // What was stored before there were any has none, nor a copy.
        links = List.copyOf(Objects.requireNonNullElse(links, List.of()));
        copy = Objects.requireNonNullElse(copy, "");
    }

    /// On the database itself, without a word about ways.
    public MeasuredEffect(
            List<TableEffect> tables,
            List<String> things,
            List<RowSample> samples,
            List<String> locks,
            List<String> plan,
            long durationMicros,
            long walBytesMax) {
        this(tables, things, samples, locks, plan, durationMicros, walBytesMax, List.of(), "");
    }

    /// Rows of all tables together.
    public long rows() {
        return tables.stream().mapToLong(TableEffect::rows).sum();
    }

    /// The same with other samples: with masks applied.
    public MeasuredEffect withSamples(List<RowSample> masked) {
        return new MeasuredEffect(
                tables, things, masked, locks, plan, durationMicros, walBytesMax, links, copy);
    }

    /// The same with the ways from table to table.
    public MeasuredEffect withLinks(List<TableLink> known) {
        return new MeasuredEffect(
                tables, things, samples, locks, plan, durationMicros, walBytesMax, known, copy);
    }

    /// The same, as measured on a staging copy.
    public MeasuredEffect measuredOn(String name) {
        return new MeasuredEffect(
                tables, things, samples, locks, plan, durationMicros, walBytesMax, links, name);
    }

    /// What happened beyond this effect, by table: `shop.orders: 7 deleted (approved: 5)`. Fewer rows are
    /// no growth.
    ///
    /// @param now what has been done
    /// @return empty where nothing went beyond
    public List<String> growth(List<TableChange> now) {
        Map<String, TableEffect> approved = new HashMap<>();
        tables.forEach(table -> approved.merge(table.relation(), table, MeasuredEffect::both));
        List<String> grown = new ArrayList<>();
        for (TableChange change : now) {
            TableEffect limit =
                    approved.getOrDefault(
                            change.relation(), new TableEffect(change.relation(), 0, 0, 0, -1));
            grow(grown, change.relation(), "inserted", change.inserted(), limit.inserted());
            grow(grown, change.relation(), "updated", change.updated(), limit.updated());
            grow(grown, change.relation(), "deleted", change.deleted(), limit.deleted());
        }
        return grown;
    }

    private static TableEffect both(TableEffect one, TableEffect other) {
        return new TableEffect(
                one.relation(),
                one.inserted() + other.inserted(),
                one.updated() + other.updated(),
                one.deleted() + other.deleted(),
                one.rowsBefore());
    }

    private static void grow(List<String> grown, String relation, String what, long now, long max) {
        if (now > max) {
            grown.add("%s: %d %s (approved: %d)".formatted(relation, now, what, max));
        }
    }
}
