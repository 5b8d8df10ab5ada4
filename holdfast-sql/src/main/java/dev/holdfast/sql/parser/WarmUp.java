package dev.holdfast.sql.parser;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Statements as agents send them, for the JVM to learn from which parts of the grammar are hot.
final class WarmUp {
    private static final List<byte[]> TEXTS =
            List.of(
                    utf8("SELECT abalance FROM pgbench_accounts WHERE aid = 4711"),
                    utf8(
                            """
                            SELECT s.id, s.name AS "Name", count(*) FILTER (WHERE g.score > 0.5)
                            FROM school.students s LEFT JOIN grades g ON g.student_id = s.id
                            WHERE s.email LIKE '%@example.org' AND s.created_at >= date '2025-01-01'
                              AND g.kind IN ('a', 'b', 'c') AND NOT s.deleted
                            GROUP BY 1, 2 HAVING sum(g.score) BETWEEN 1 AND 100
                            ORDER BY 3 DESC NULLS LAST LIMIT 50 OFFSET 10
                            """),
                    utf8(
                            """
                            WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t)
                            SELECT CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, ARRAY[n, $1],
                              coalesce(max(n) OVER (PARTITION BY n / 10 ORDER BY n), 0)::int8
                            FROM t WHERE EXISTS (SELECT FROM u WHERE u.n = t.n) -- a comment
                            """),
                    utf8(
                            """
                            SELECT c.oid::pg_catalog.regclass, c.relkind, pg_catalog.pg_table_is_visible(c.oid)
                            FROM pg_catalog.pg_class c, pg_catalog.pg_namespace n
                            WHERE n.oid = c.relnamespace AND c.relname OPERATOR(pg_catalog.~) '^(orders)$'
                              COLLATE pg_catalog.default AND n.nspname !~ '^pg_toast'
                            """),
                    utf8(
                            "INSERT INTO orders (id, note) VALUES (1, E'x\\n'), (2, NULL)"
                                    + " ON CONFLICT (id) DO UPDATE SET note = excluded.note RETURNING *"),
                    utf8(
                            "UPDATE orders SET paid = true, at = now() WHERE id = ANY ($1) RETURNING id"),
                    utf8(
                            "DELETE FROM orders USING people p WHERE orders.person = p.id AND p.name = 'x'"),
                    utf8("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                    utf8("SET application_name = 'psql'"),
                    utf8("SHOW transaction_isolation"));

    private WarmUp() {}

    static List<byte[]> texts() {
        return TEXTS;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
