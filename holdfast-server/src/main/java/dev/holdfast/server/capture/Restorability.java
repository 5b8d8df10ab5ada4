package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WritingSession;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Refuses changes of rows that PostgreSQL would not take back: their images would be kept, and be of no
/// use.
///
/// A row can be older than a constraint: one that is NOT VALID, on the table or on a domain, binds what is
/// written from now on only, the undo included. Rows that break such a constraint of their table are
/// looked for as before-images are: among the rows that bear a stamp, those that the writer does not see.
/// Nothing is evaluated that could be somebody's code, since this runs as the capture role: where a
/// condition may be, and for domains, every change of rows that there were is refused.
///
/// A few types have a text that they do not read again, or that may mean another value.
final class Restorability {
    /// `regproc` and `regoper` print names that several may have, `aclitem` roles that may be gone; the
    /// others take no text at all.
    private static final String ONE_WAY_TYPES =
            """
            ('regproc', 'regoper', 'aclitem', 'pg_node_tree', 'pg_ndistinct', 'pg_dependencies', \
            'pg_mcv_list', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary', 'gtsvector')\
            """;

    /// Whether anything about a table makes a closer look necessary; `c` is its row of pg_class.
    static final String DOUBTFUL =
            """
            (EXISTS (SELECT FROM pg_constraint d WHERE d.conrelid = c.oid AND NOT d.convalidated)
              OR EXISTS (SELECT FROM pg_attribute d JOIN pg_type t ON t.oid = d.atttypid
                LEFT JOIN pg_type e ON e.oid = t.typelem
                WHERE d.attrelid = c.oid AND d.attnum > 0 AND NOT d.attisdropped
                  AND (t.typtype IN ('d', 'c', 'r', 'm') AND t.oid >= 16384
                    OR t.typcategory = 'A' AND e.typtype <> 'e' AND t.oid >= 16384
                    OR coalesce(nullif(t.typelem, 0), t.oid) IN
                      (SELECT o.oid FROM pg_type o WHERE o.typnamespace = 'pg_catalog'::regnamespace
                        AND o.typname IN %s))))\
            """
                    .formatted(ONE_WAY_TYPES);

    /// Of a table: kind (`type`, or what a constraint is), a name, and the condition that a row breaks it;
    /// no condition where that cannot be looked for. Everything within a condition is immutable and
    /// PostgreSQL's own.
    private static final String REASONS =
            """
            WITH RECURSIVE part AS (
              SELECT a.attname::text AS col, a.atttypid AS type FROM pg_attribute a
              WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
              UNION
              SELECT p.col, n.type FROM part p JOIN pg_type t ON t.oid = p.type
              CROSS JOIN LATERAL (
                SELECT t.typbasetype AS type WHERE t.typtype = 'd'
                UNION ALL SELECT t.typelem WHERE t.typelem <> 0
                UNION ALL SELECT a.atttypid FROM pg_attribute a
                  WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0
                    AND NOT a.attisdropped
                UNION ALL SELECT r.rngsubtype FROM pg_range r
                  WHERE r.rngtypid = t.oid OR r.rngmultitypid = t.oid) n),
            called AS (
              SELECT d.oid, bool_and(f.oid < 16384 AND f.provolatile = 'i') AS harmless
              FROM pg_constraint d
              CROSS JOIN LATERAL
                regexp_matches(d.conbin::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') AS m
              LEFT JOIN pg_proc f ON f.oid = m[1]::oid
              WHERE d.conrelid = $1::oid AND NOT d.convalidated AND d.contype = 'c' GROUP BY d.oid)
            SELECT 'type', format('column %s is or holds a %s', p.col, t.typname), NULL::text
            FROM part p JOIN pg_type t ON t.oid = p.type
            WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typname IN (%s)
            UNION ALL
            SELECT 'constraint', format('constraint %s of the domain of column %s', d.conname, p.col), NULL
            FROM part p JOIN pg_constraint d ON d.contypid = p.type AND NOT d.convalidated
            UNION ALL
            SELECT 'constraint', format('constraint %s', d.conname),
              CASE d.contype
              WHEN 'c' THEN
                CASE WHEN coalesce(k.harmless, true)
                    AND d.conbin::text !~ '\\{(COERCE\\w+DOMAIN|SQLVALUEFUNCTION|COERCEVIAIO|NEXTVALUEEXPR|XMLEXPR)'
                  THEN format('(%s) IS FALSE', pg_get_expr(d.conbin, d.conrelid)) END
              WHEN 'n' THEN
                (SELECT format('%I IS NULL', a.attname) FROM pg_attribute a
                  WHERE a.attrelid = d.conrelid AND a.attnum = d.conkey[1])
              WHEN 'f' THEN
                (SELECT CASE WHEN bool_and(o.oid < 16384) AND d.confmatchtype = 's'
                      AND has_table_privilege(d.confrelid, 'SELECT')
                      AND NOT row_security_active(d.confrelid)
                    THEN format('%s AND NOT EXISTS (SELECT FROM %s p WHERE %s)',
                      string_agg(format('t.%I IS NOT NULL', a.attname), ' AND '),
                      (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = d.confrelid),
                      string_agg(format('p.%I OPERATOR(pg_catalog.%s) t.%I',
                        b.attname, o.oprname, a.attname), ' AND ')) END
                  FROM unnest(d.conkey, d.confkey, d.conpfeqop) AS u(child, parent, op)
                  JOIN pg_attribute a ON a.attrelid = d.conrelid AND a.attnum = u.child
                  JOIN pg_attribute b ON b.attrelid = d.confrelid AND b.attnum = u.parent
                  JOIN pg_operator o ON o.oid = u.op)
              END
            FROM pg_constraint d LEFT JOIN called k ON k.oid = d.oid
            WHERE d.conrelid = $1::oid AND NOT d.convalidated
              AND coalesce((to_jsonb(d) ->> 'conenforced')::boolean, true)
            ORDER BY 1 DESC, 2\
            """
                    .replace("IN (%s)", "IN " + ONE_WAY_TYPES);

    /// So many rows that break a constraint are told apart from those that this transaction changed.
    private static final int BREAKING_MAX = 1_000;

    private final WritingSession writer;
    private final WritingSession twin;

    Restorability(WritingSession writer, WritingSession twin) {
        this.writer = writer;
        this.twin = twin;
    }

    /// @throws ChangeRefusedException if a row was changed that could not be put back
    void require(List<CapturedTable> tables) throws ChangeRefusedException {
        for (CapturedTable table : tables) {
            if (table.doubtful()) {
                require(table);
            }
        }
    }

    private void require(CapturedTable table) throws ChangeRefusedException {
        String relation = table.change().relation();
        // Where nothing was counted, changes may have been hidden from the counters.
        boolean hadRows =
                table.change().inserted() < table.change().rows() || table.change().rows() == 0;
        List<@Nullable String> about = List.of(Long.toString(table.change().oid()));
        for (List<@Nullable String> reason : twin.query(REASONS, about)) {
            String name = String.valueOf(reason.get(1));
            if (Objects.equals(reason.getFirst(), "type")) {
                throw new ChangeRefusedException(CaptureRefusals.oneWayType(relation, name));
            }
            if (hadRows && breaks(table, reason.get(2))) {
                throw new ChangeRefusedException(CaptureRefusals.unvalidated(relation, name));
            }
        }
    }

    /// Whether a row was changed that broke the constraint before.
    private boolean breaks(CapturedTable table, @Nullable String condition)
            throws ChangeRefusedException {
        if (condition == null) {
            return true;
        }
        List<List<@Nullable String>> breaking =
                twin.query(
                        "SELECT t.ctid FROM ONLY %s t WHERE t.xmax <> '0'::xid AND (%s) LIMIT %d"
                                .formatted(table.quotedName(), condition, BREAKING_MAX + 1),
                        List.of());
        if (breaking.isEmpty()) {
            return false;
        }
        if (breaking.size() > BREAKING_MAX) {
            return true;
        }
        String places =
                breaking.stream()
                        .map(row -> '"' + String.valueOf(row.getFirst()) + '"')
                        .collect(Collectors.joining(",", "{", "}"));
        return writer.query(
                                "SELECT ctid FROM ONLY %s WHERE ctid OPERATOR(pg_catalog.=) ANY"
                                                .formatted(table.quotedName())
                                        + " ($1::pg_catalog.tid[])",
                                List.of(places))
                        .size()
                < breaking.size();
    }
}
