package dev.holdfast.server.quarantine;

/// What [ColumnLoss] asks the catalog.
final class ColumnQueries {
    static final String COLUMN =
            """
            SELECT a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                   a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
                   CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END,
                   col_description(a.attrelid, a.attnum), a.attstorage, a.attcompression,
                   nullif(a.attstattarget, -1)
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = ?::oid AND a.attname = ? AND a.attnum > 0 AND NOT a.attisdropped
            """;
    static final String KEY =
            """
            SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                   t.typnamespace = 'pg_catalog'::regnamespace
            FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
            JOIN pg_attribute a ON a.attnum = k.attnum JOIN pg_type t ON t.oid = a.atttypid
            WHERE i.indrelid = ?::oid AND a.attrelid = i.indrelid AND i.indisprimary
              AND k.place <= i.indnkeyatts AND a.attname <> ?
            ORDER BY k.place
            """;
    static final String GRANTS =
            """
            SELECT x.privilege_type, CASE WHEN x.grantee = 0 THEN 'PUBLIC'
                   ELSE x.grantee::regrole::text END, x.is_grantable
            FROM pg_attribute a, aclexplode(a.attacl) x
            WHERE a.attrelid = ?::oid AND a.attname = ? ORDER BY 2, 1
            """;
    static final String CONSTRAINTS =
            """
            SELECT conrelid::regclass, quote_ident(conname), pg_get_constraintdef(oid),
                   obj_description(oid, 'pg_constraint'), contype
            FROM pg_constraint
            WHERE oid = ANY (?) AND conparentid = 0
            ORDER BY contype = 'f', contype <> 'n', 2
            """;
    static final String INDEXES =
            """
            SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass,
                   obj_description(i.indexrelid, 'pg_class')
            FROM pg_index i WHERE i.indexrelid = ANY (?) AND NOT EXISTS
              (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid
                 AND c.contype IN ('p', 'u', 'x'))
            ORDER BY 2
            """;
    static final String CONDITIONS =
            """
            WITH a AS (SELECT attrelid, attnum FROM pg_attribute
                       WHERE attrelid = ?::oid AND attname = ?)
            SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                   format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                     pg_get_constraintdef(oid)),
                   format('constraint %I', conname),
                   format('CONSTRAINT %I ON %s', conname, conrelid::regclass),
                   obj_description(oid, 'pg_constraint')
            FROM a JOIN pg_constraint ON conrelid = attrelid AND contype = 'c'
              AND attnum = ANY (conkey)
            UNION ALL
            SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid),
                   format('index %s', indexrelid::regclass),
                   format('INDEX %s', indexrelid::regclass),
                   obj_description(indexrelid, 'pg_class')
            FROM a JOIN pg_index ON indrelid = attrelid
            WHERE (indpred IS NOT NULL OR indexprs IS NOT NULL)
              AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                AND d.objid = indexrelid AND d.refobjid = attrelid AND d.refobjsubid = attnum)
            ORDER BY 1
            """;

    private ColumnQueries() {}
}
