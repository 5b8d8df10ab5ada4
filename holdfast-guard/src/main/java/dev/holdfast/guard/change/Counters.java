package dev.holdfast.guard.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How a transaction is measured: PostgreSQL's own counters of the session, read for the tables that the
/// transaction holds locks on. Command tags would not do: a cascade, a trigger or a rule changes rows
/// that no tag tells of.
///
/// The session's search path is the agent's, so every name and operator here says that it is
/// PostgreSQL's own. What takes operators by their name alone (`IN`, `BETWEEN`, `CASE x WHEN`, `USING`,
/// `IS DISTINCT FROM`, `NULLIF`, `||`) is not used.
///
/// The counters of a transaction remain in the session until they are flushed, which PostgreSQL does
/// only between transactions: [#FLUSH] is sent by itself before each BEGIN.
public final class Counters {
    /// Hands the counters of earlier transactions over, so that they do not count again. To be sent
    /// outside a transaction, as a message of its own: within the same one as BEGIN it has no effect.
    public static final String FLUSH = "SELECT pg_catalog.pg_stat_force_next_flush()";

    /// Runs what was deferred to COMMIT, which would else happen after measuring.
    public static final String SETTLE = "SET CONSTRAINTS ALL IMMEDIATE";

    /// The settings under which the text of a value is the same in every session, each with its value.
    /// With the agent's search path a `regclass` would be written differently, with its DateStyle a date.
    private static final Map<String, String> FORMATS =
            Map.ofEntries(
                    Map.entry("search_path", "pg_catalog, pg_temp"),
                    Map.entry("DateStyle", "ISO, YMD"),
                    Map.entry("IntervalStyle", "postgres"),
                    Map.entry("TimeZone", "UTC"),
                    Map.entry("extra_float_digits", "3"),
                    Map.entry("bytea_output", "hex"),
                    Map.entry("lc_monetary", "C"),
                    Map.entry("xmlbinary", "base64"),
                    Map.entry("quote_all_identifiers", "off"),
                    // Rows are looked up by where they are.
                    Map.entry("enable_tidscan", "on"));

    /// Pins how values are written, until the transaction ends. One statement.
    public static final String PIN_FORMATS = formats(true);

    /// The same for a whole session. One statement.
    public static final String PIN_SESSION_FORMATS = formats(false);

    /// Measures the transaction; one statement without parameters. Its rows are for [#read].
    ///
    /// Catalog relations are asked for whether locked or not: PostgreSQL gives their locks back before
    /// the transaction ends. 16384 is the first oid that is not PostgreSQL's own.
    ///
    /// Where Holdfast's own triggers note which rows were changed ("shadow") is left out, if the session's
    /// role cannot get there by itself: there is nothing in it but places of rows, and nobody but the
    /// capture reads it.
    public static final String MEASURE =
            """
            WITH held AS MATERIALIZED (
              SELECT l.locktype, l.relation, l.virtualtransaction, l.mode FROM pg_catalog.pg_locks l
              WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()),
            locked AS (
              SELECT h.relation, pg_catalog.string_agg(DISTINCT h.mode, ','::pg_catalog.text) AS modes
              FROM held h
              WHERE h.locktype OPERATOR(pg_catalog.=) 'relation'::pg_catalog.text
                AND h.mode OPERATOR(pg_catalog.<>) ALL (
                  '{AccessShareLock,RowShareLock,SIReadLock}'::pg_catalog.text[])
              GROUP BY h.relation
              UNION ALL
              SELECT c.oid, NULL::pg_catalog.text FROM pg_catalog.pg_class c
              WHERE c.oid OPERATOR(pg_catalog.<) '16384'::pg_catalog.oid
                AND c.relkind OPERATOR(pg_catalog.=) 'r'::pg_catalog."char"
                AND (pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
                  OPERATOR(pg_catalog.<>) '0'::pg_catalog.int8
                OR pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
                  OPERATOR(pg_catalog.<>) '0'::pg_catalog.int8
                OR pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
                  OPERATOR(pg_catalog.<>) '0'::pg_catalog.int8))
            SELECT
              (SELECT pg_catalog.min(h.virtualtransaction) FROM held h
               WHERE h.locktype OPERATOR(pg_catalog.=) 'virtualxid'::pg_catalog.text),
              pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text,
              pg_catalog.current_setting('track_counts'::pg_catalog.text),
              pg_catalog.current_setting('session_replication_role'::pg_catalog.text),
              r.*
            FROM (SELECT) one LEFT JOIN (
              SELECT k.relation::pg_catalog.text,
                pg_catalog.concat(pg_catalog.quote_ident(n.nspname::pg_catalog.text),
                  '.'::pg_catalog.text, pg_catalog.quote_ident(c.relname::pg_catalog.text)),
                c.relkind::pg_catalog.text,
                c.relpersistence::pg_catalog.text,
                k.modes,
                pg_catalog.pg_stat_get_xact_tuples_inserted(k.relation)::pg_catalog.text,
                pg_catalog.pg_stat_get_xact_tuples_updated(k.relation)::pg_catalog.text,
                pg_catalog.pg_stat_get_xact_tuples_deleted(k.relation)::pg_catalog.text,
                (n.nspname OPERATOR(pg_catalog.=) ANY (
                  '{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[]))::pg_catalog.text,
                EXISTS (SELECT FROM pg_catalog.pg_index i
                  WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisprimary)::pg_catalog.text,
                pg_catalog.row_security_active(c.oid)::pg_catalog.text,
                pg_catalog.has_table_privilege(c.oid, 'SELECT'::pg_catalog.text)::pg_catalog.text,
                (n.nspname OPERATOR(pg_catalog.=) 'holdfast_shadow'::pg_catalog.name
                  AND c.relname OPERATOR(pg_catalog.=) 'places'::pg_catalog.name
                  AND c.relkind OPERATOR(pg_catalog.=) 'r'::pg_catalog."char"
                  AND c.relpersistence OPERATOR(pg_catalog.=) 'u'::pg_catalog."char"
                  AND NOT pg_catalog.pg_has_role(c.relowner, 'MEMBER'::pg_catalog.text)
                  AND NOT pg_catalog.has_any_column_privilege(c.oid,
                    'SELECT, INSERT, UPDATE'::pg_catalog.text)
                  AND NOT pg_catalog.has_table_privilege(c.oid,
                    'DELETE, TRUNCATE'::pg_catalog.text))::pg_catalog.text
              FROM locked k
              LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.relation
              LEFT JOIN pg_catalog.pg_namespace n
                ON n.oid OPERATOR(pg_catalog.=) c.relnamespace) r ON true\
            """;

    private static final int COLUMNS = 17;

    /// What a change of rows locks a table with; anything else that is reported is stronger.
    private static final String ROW_LOCK = "RowExclusiveLock";

    private Counters() {}

    /// What one measurement says.
    ///
    /// @param virtualTransaction PostgreSQL's name of the running transaction within this session
    ///     (`4/17`), other for each: if it is not the one that was begun, that one has ended unmeasured
    /// @param measurement what the transaction did
    public record Reading(String virtualTransaction, Measurement measurement) {}

    /// Reads the rows of [#MEASURE].
    ///
    /// @throws ChangeRefusedException if the counters cannot be relied on, or the transaction did what
    ///     they do not show: the transaction must be rolled back
    public static Reading read(List<List<@Nullable String>> rows) throws ChangeRefusedException {
        if (rows.isEmpty()) {
            throw new ChangeRefusedException(CounterRefusals.unreadable("no row"));
        }
        MeasuredRelation first = new MeasuredRelation(complete(rows.getFirst()));
        if (!first.text(2).equals("on")) {
            throw new ChangeRefusedException(CounterRefusals.countingOff());
        }
        if (!first.text(3).equals("origin")) {
            throw new ChangeRefusedException(CounterRefusals.replicationRole(first.text(3)));
        }
        List<MeasuredRelation> relations = relations(rows);
        for (MeasuredRelation relation : relations) {
            relation.refuseWhatCountersMiss(ROW_LOCK);
        }
        // After the others: what they tell of writes to the catalog too, and they say it better.
        for (MeasuredRelation relation : relations) {
            relation.refuseCatalog();
        }
        List<TableChange> changed = new ArrayList<>();
        List<TableChange> uncounted = new ArrayList<>();
        for (MeasuredRelation relation : relations) {
            if (relation.holdsRows()) {
                TableChange change = relation.change();
                (change.rows() > 0 ? changed : uncounted).add(change);
            }
        }
        @Nullable String transaction = rows.getFirst().get(1);
        if (transaction == null && !changed.isEmpty()) {
            // Counted without a transaction of its own: counters of an earlier one were left over.
            throw new ChangeRefusedException(
                    CounterRefusals.unreadable("rows are counted, but nothing was written"));
        }
        return new Reading(
                first.text(0),
                new Measurement(transaction == null ? "" : transaction, changed, uncounted));
    }

    private static List<MeasuredRelation> relations(List<List<@Nullable String>> rows)
            throws ChangeRefusedException {
        List<MeasuredRelation> relations = new ArrayList<>();
        for (List<@Nullable String> row : rows) {
            MeasuredRelation relation = new MeasuredRelation(complete(row));
            if (!relation.isNone() && !relation.isShadow(ROW_LOCK)) {
                relations.add(relation);
            }
        }
        return relations;
    }

    private static List<@Nullable String> complete(List<@Nullable String> row)
            throws ChangeRefusedException {
        if (row.size() != COLUMNS) {
            throw new ChangeRefusedException(
                    CounterRefusals.unreadable(
                            "columns: %d (expected: %d)".formatted(row.size(), COLUMNS)));
        }
        return row;
    }

    private static String formats(boolean local) {
        return FORMATS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(format ->
                        "pg_catalog.set_config('%s'::pg_catalog.text, '%s'::pg_catalog.text, %s)"
                                .formatted(format.getKey(), format.getValue(), local))
                .collect(Collectors.joining(", ", "SELECT ", ""));
    }
}
