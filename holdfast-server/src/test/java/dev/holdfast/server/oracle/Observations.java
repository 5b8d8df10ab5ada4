package dev.holdfast.server.oracle;

/// The queries by which the oracle looks at a transaction from inside. They run as superuser with
/// nothing but pg_catalog on the search_path.
final class Observations {
    static final String SEQUENCES =
            """
            SELECT pg_catalog.string_agg(n.nspname || E'\\t' || c.relname || E'\\t' ||
                   coalesce(pg_catalog.pg_sequence_last_value(c.oid), -1), E'\\n')
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'S'\
            """;

    /// What can change without a transaction's leave, in one row: the transaction's number, settings,
    /// sequences, prepared statements and cursors, advisory locks, table locks stronger than reading.
    static final String SESSION =
            """
            SELECT (SELECT pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text),
                   (SELECT pg_catalog.md5(pg_catalog.string_agg(
                        name || '=' || coalesce(setting, ''), E'\\n' ORDER BY name))
                      FROM pg_catalog.pg_settings WHERE source <> 'default'),
                   (%s),
                   (SELECT pg_catalog.string_agg(name, E'\\n') FROM (
                        SELECT 'statement ' || name AS name FROM pg_catalog.pg_prepared_statements
                        UNION ALL
                        SELECT 'cursor ' || name FROM pg_catalog.pg_cursors WHERE name <> '') held),
                   (SELECT count(*) FROM pg_catalog.pg_locks
                     WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'advisory'),
                   (SELECT pg_catalog.string_agg(n.nspname || E'\\t' || c.relname || E'\\t' || l.mode,
                        E'\\n')
                      FROM pg_catalog.pg_locks l
                      JOIN pg_catalog.pg_class c ON c.oid = l.relation
                      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                     WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                       AND l.mode <> 'AccessShareLock' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                       AND n.nspname !~ '^(pg_catalog|information_schema|pg_toast)')
            """
                    .formatted(SEQUENCES);

    /// Settings that somebody has set. A library that is loaded brings more, with what it sets them to.
    static final String SETTINGS =
            "SELECT name, setting FROM pg_catalog.pg_settings WHERE source <> 'default'";

    /// Every relation with what this transaction did to its rows; those of pg_catalog only where it did.
    /// A sequence that a column owns is a part of its table.
    static final String RELATIONS =
            """
            SELECT * FROM (
              SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode,
                     pg_stat_get_xact_tuples_inserted(c.oid) AS inserted,
                     pg_stat_get_xact_tuples_updated(c.oid) AS updated,
                     pg_stat_get_xact_tuples_deleted(c.oid) AS deleted,
                     c.relispopulated, c.relkind = 'S' AND EXISTS (
                       SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                          AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
                          AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')) AS owned
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                 AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_toast') x
             WHERE nspname <> 'pg_catalog' OR inserted + updated + deleted > 0
            """;

    /// How each relation is defined: its own row without what upkeep changes, its columns, constraints,
    /// triggers, rules, policies, defaults, parents. Not its indexes, which are objects of their own, nor
    /// the copies of a key that its partitions bring, nor access lists, in which roles stand by name:
    /// those show as changes of catalogs and privileges.
    static final String DEFINITIONS =
            """
            WITH parts AS (
              SELECT oid AS relation, 1 AS kind, concat_ws('|', relname, relnamespace, reloftype,
                       relowner, relam, reltablespace, relpersistence, relkind, relrowsecurity,
                       relforcerowsecurity, relreplident, relispartition, reloptions, relpartbound)
                       AS part
                FROM pg_class WHERE oid >= 16384
              UNION ALL SELECT attrelid, 2, concat_ws('|', attname, atttypid, attnum, atttypmod,
                       attnotnull, atthasdef, attidentity, attgenerated, attisdropped, attislocal,
                       attinhcount, attcollation, attoptions, attfdwoptions, attstorage)
                FROM pg_attribute WHERE attnum > 0 AND attrelid >= 16384
              UNION ALL SELECT conrelid, 3, concat_ws('|', oid, conname, contype, condeferrable,
                       condeferred, convalidated, confrelid, confupdtype, confdeltype, conkey, confkey,
                       conislocal, connoinherit, conbin)
                FROM pg_constraint c WHERE conrelid >= 16384 AND NOT EXISTS (
                       SELECT FROM pg_constraint p WHERE p.oid = c.conparentid
                          AND p.conrelid = c.conrelid)
              UNION ALL SELECT tgrelid, 4, concat_ws('|', oid, tgname, tgfoid, tgtype, tgenabled,
                       tgdeferrable, tginitdeferred, tgattr, tgqual)
                FROM pg_trigger WHERE NOT tgisinternal AND tgrelid >= 16384
              UNION ALL SELECT ev_class, 5, concat_ws('|', oid, rulename, ev_type, ev_enabled,
                       is_instead, ev_qual, ev_action)
                FROM pg_rewrite WHERE ev_class >= 16384
              UNION ALL SELECT polrelid, 6, concat_ws('|', oid, polname, polcmd, polpermissive,
                       polroles, polqual, polwithcheck)
                FROM pg_policy
              UNION ALL SELECT adrelid, 7, concat_ws('|', adnum, adbin) FROM pg_attrdef
              UNION ALL SELECT inhrelid, 8, inhparent::text FROM pg_inherits)
            SELECT p.relation, md5(string_agg(p.part, ';' ORDER BY p.kind, p.part))
              FROM parts p JOIN pg_class c ON c.oid = p.relation
             WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
             GROUP BY p.relation
            """;

    /// Who owns what and who may do what with it.
    static final String PRIVILEGES =
            """
            SELECT 'class ' || oid, oid < 16384, concat_ws('|', relowner, relacl) FROM pg_class
             WHERE oid >= 16384 OR relacl IS NOT NULL
            UNION ALL SELECT 'column ' || attrelid || ' ' || attnum, true, attacl::text
              FROM pg_attribute WHERE attacl IS NOT NULL
            UNION ALL SELECT 'proc ' || oid, oid < 16384, concat_ws('|', proowner, proacl) FROM pg_proc
             WHERE oid >= 16384 OR proacl IS NOT NULL
            UNION ALL SELECT 'type ' || oid, oid < 16384, concat_ws('|', typowner, typacl) FROM pg_type
             WHERE oid >= 16384 OR typacl IS NOT NULL
            UNION ALL SELECT 'schema ' || oid, oid < 16384, concat_ws('|', nspowner, nspacl)
              FROM pg_namespace
            UNION ALL SELECT 'database ' || oid, true, concat_ws('|', datdba, datacl) FROM pg_database
            UNION ALL SELECT 'language ' || oid, oid < 16384, concat_ws('|', lanowner, lanacl)
              FROM pg_language
            UNION ALL SELECT 'server ' || oid, false, concat_ws('|', srvowner, srvacl)
              FROM pg_foreign_server
            UNION ALL SELECT 'wrapper ' || oid, false, concat_ws('|', fdwowner, fdwacl)
              FROM pg_foreign_data_wrapper
            UNION ALL SELECT 'statistics ' || oid, false, stxowner::text FROM pg_statistic_ext
            UNION ALL SELECT 'operator ' || oid, false, oprowner::text FROM pg_operator
             WHERE oid >= 16384
            UNION ALL SELECT 'collation ' || oid, false, collowner::text FROM pg_collation
             WHERE oid >= 16384
            UNION ALL SELECT 'publication ' || oid, false, pubowner::text FROM pg_publication
            """;

    private Observations() {}
}
