package dev.holdfast.testkit;

/// The questions behind [DisposablePostgres#contents].
final class ContentsQueries {
    /// Quoted names of all tables with rows of their own, temporary ones left out.
    static final String TABLES =
            """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema'
              AND n.nspname !~ '^pg_' AND c.relispopulated
            ORDER BY 1
            """;

    /// One hash over all definitions. Columns that the server changes by itself (statistics, file
    /// numbers, frozen transaction ids) are left out.
    static final String DEFINITIONS =
            """
            SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
              SELECT concat_ws('|', 'class', oid, relname, relnamespace, relowner, relkind,
                  relrowsecurity, relacl, reloptions, pg_get_expr(relpartbound, oid))
                FROM pg_class WHERE relnamespace NOT IN
                  (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(temp|toast)')
              UNION ALL SELECT concat_ws('|', 'attribute', attrelid, attname, attnum, atttypid,
                  attnotnull, attisdropped, attacl)
                FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE attnum > 0 AND relnamespace NOT IN
                  (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(temp|toast)')
              UNION ALL SELECT concat_ws('|', 'default', adrelid, adnum,
                  pg_get_expr(adbin, adrelid)) FROM pg_attrdef
              UNION ALL SELECT concat_ws('|', 'sequence', schemaname, sequencename, last_value)
                FROM pg_sequences
              UNION ALL SELECT concat_ws('|', 'constraint', oid, pg_get_constraintdef(oid))
                FROM pg_constraint
              UNION ALL SELECT concat_ws('|', 'index', indexrelid, pg_get_indexdef(indexrelid))
                FROM pg_index WHERE indrelid >= 16384
              UNION ALL SELECT concat_ws('|', 'function', oid, proname, prosrc, proowner, proacl,
                  proconfig) FROM pg_proc WHERE oid >= 16384
              UNION ALL SELECT concat_ws('|', 'trigger', oid, pg_get_triggerdef(oid), tgenabled)
                FROM pg_trigger
              UNION ALL SELECT concat_ws('|', 'rule', oid, pg_get_ruledef(oid))
                FROM pg_rewrite WHERE ev_class >= 16384
              UNION ALL SELECT concat_ws('|', 'policy', oid, polname, polrelid, polcmd)
                FROM pg_policy
              UNION ALL SELECT concat_ws('|', 'type', oid, typname, typowner) FROM pg_type
                WHERE oid >= 16384 AND typnamespace NOT IN
                  (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(temp|toast)')
              UNION ALL SELECT concat_ws('|', 'schema', nspname, nspowner, nspacl)
                FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
              UNION ALL SELECT concat_ws('|', 'extension', extname, extversion)
                FROM pg_extension
              UNION ALL SELECT concat_ws('|', 'comment', objoid, classoid, objsubid, description)
                FROM pg_description WHERE objoid >= 16384
              UNION ALL SELECT concat_ws('|', 'database', datname, datdba, datacl)
                FROM pg_database
              UNION ALL SELECT concat_ws('|', 'role', rolname, rolsuper, rolcreaterole,
                  rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolpassword)
                FROM pg_authid
              UNION ALL SELECT concat_ws('|', 'member', roleid, member, admin_option)
                FROM pg_auth_members
              UNION ALL SELECT concat_ws('|', 'setting', setdatabase, setrole, setconfig)
                FROM pg_db_role_setting
              UNION ALL SELECT concat_ws('|', 'large object', oid, lomowner, lomacl)
                FROM pg_largeobject_metadata
              UNION ALL SELECT concat_ws('|', 'large object page', loid, pageno, md5(data))
                FROM pg_largeobject
              UNION ALL SELECT concat_ws('|', 'slot', slot_name) FROM pg_replication_slots
              UNION ALL SELECT concat_ws('|', 'prepared', gid) FROM pg_prepared_xacts
            ) AS lines (line)
            """;

    private ContentsQueries() {}
}
