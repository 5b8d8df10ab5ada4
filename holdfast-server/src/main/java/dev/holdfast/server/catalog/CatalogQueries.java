package dev.holdfast.server.catalog;

/// The queries that read a catalog. All names are qualified or found in pg_catalog, which is alone on
/// the search_path when they run.
final class CatalogQueries {
    /// Temporary tables belong to one session and come and go; TOAST tables have no name to speak of.
    private static final String LASTING =
            " NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast|temp_|toast_temp_)')";

    /// What the path was before it was narrowed, and the paths that roles start with.
    static final String PATH =
            """
            SELECT pg_catalog.current_setting('search_path')
            UNION ALL
            SELECT pg_catalog.substr(s.line, 13) FROM pg_catalog.pg_db_role_setting AS r,
              LATERAL pg_catalog.unnest(r.setconfig) AS s(line)
             WHERE r.setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid,
               (SELECT d.oid FROM pg_catalog.pg_database d
                 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())])
               AND pg_catalog.starts_with(s.line, 'search_path=')
            """;

    static final String NARROW = "SET search_path = pg_catalog";

    /// A line for each catalog table. A change adds a row, takes one away, or gives one a later xmin.
    static final String FINGERPRINT =
            """
            SELECT 'namespace', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_namespace
              WHERE nspname !~ '^pg_(toast_)?temp_'
            UNION ALL SELECT 'class', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_class
              WHERE relnamespace %1$s
            UNION ALL SELECT 'attribute', count(*), sum(a.xmin::text::bigint), sum(a.attnum)
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              WHERE a.attrelid >= 16384 AND a.attnum > 0 AND c.relnamespace %1$s
            UNION ALL SELECT 'type', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_type
              WHERE typnamespace %1$s
            UNION ALL SELECT 'proc', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_proc
            UNION ALL SELECT 'rewrite', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_rewrite
            UNION ALL SELECT 'policy', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_policy
            UNION ALL SELECT 'operator', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_operator
            UNION ALL SELECT 'opclass', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_opclass
            UNION ALL SELECT 'amproc', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_amproc
            UNION ALL SELECT 'amop', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_amop
            UNION ALL SELECT 'cast', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_cast
            UNION ALL SELECT 'range', count(*), sum(xmin::text::bigint), sum(rngtypid::bigint) FROM pg_range
            UNION ALL SELECT 'constraint', count(*), sum(xmin::text::bigint), sum(oid::bigint)
              FROM pg_constraint WHERE connamespace %1$s
            UNION ALL SELECT 'trigger', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_trigger
            UNION ALL SELECT 'attrdef', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_attrdef
            UNION ALL SELECT 'inherits', count(*), sum(xmin::text::bigint), sum(inhrelid::bigint) FROM pg_inherits
            UNION ALL SELECT 'extension', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_extension
            UNION ALL SELECT 'member', count(*), sum(xmin::text::bigint), sum(objid::bigint) FROM pg_depend
              WHERE deptype = 'e'
            UNION ALL SELECT 'setting', count(*), sum(xmin::text::bigint), sum(setrole::bigint)
              FROM pg_db_role_setting
            UNION ALL SELECT 'role', count(*), 0, sum(hashtext(rolname)) FROM pg_roles
            """
                    .formatted(LASTING);

    static final String SCHEMAS =
            """
            SELECT nspname, nspname IN (SELECT rolname FROM pg_roles) FROM pg_namespace
            """;

    static final String RELATIONS =
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltype, c.relrowsecurity
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relnamespace
            """
                    + LASTING;

    static final String COLUMNS =
            """
            SELECT a.attrelid, a.attname, a.atttypid, a.attnotnull,
                   CASE WHEN a.attgenerated = 'v' THEN
                     (SELECT d.adbin::text FROM pg_attrdef d
                       WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE a.attnum > 0 AND NOT a.attisdropped
               AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relnamespace %s
             ORDER BY a.attrelid, a.attnum
            """
                    .formatted(LASTING);

    static final String FUNCTIONS =
            """
            SELECT p.oid, n.nspname, p.proname, p.proargtypes::text, p.pronargdefaults,
                   p.provariadic <> 0, p.provolatile, l.lanname, p.prosecdef, p.proconfig::text[],
                   e.extname
              FROM pg_proc p
              JOIN pg_namespace n ON n.oid = p.pronamespace
              JOIN pg_language l ON l.oid = p.prolang
              LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
              LEFT JOIN pg_extension e ON e.oid = d.refobjid
            """;

    static final String OPERATORS =
            """
            SELECT o.oid, n.nspname, o.oprname, o.oprleft, o.oprright, o.oprcode::oid
              FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
            """;

    static final String CASTS =
            """
            SELECT oid, castsource, casttarget, castfunc, castcontext = 'i' FROM pg_cast
             WHERE oid >= 16384
            """;

    static final String TYPES =
            """
            SELECT t.oid, n.nspname, t.typname,
                   CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' THEN 'A' ELSE t.typtype END,
                   t.typbasetype, coalesce(r.rngsubtype, m.rngtypid, t.typelem), t.typrelid,
                   t.typcategory = 'S',
                   array(SELECT DISTINCT f FROM unnest(ARRAY[t.typinput::oid, t.typoutput::oid,
                       t.typreceive::oid, t.typsend::oid, t.typmodin::oid, t.typmodout::oid,
                       t.typsubscript::oid, r.rngcanonical::oid, r.rngsubdiff::oid]) f
                     WHERE f >= 16384)
              FROM pg_type t
              JOIN pg_namespace n ON n.oid = t.typnamespace
              LEFT JOIN pg_range r ON r.rngtypid = t.oid
              LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
             WHERE t.typnamespace %s
            """
                    .formatted(LASTING);

    static final String DOMAIN_CHECKS =
            "SELECT contypid, conbin::text FROM pg_constraint WHERE contypid <> 0 AND conbin IS NOT NULL";

    static final String OPERATOR_CLASSES =
            """
            SELECT c.opcintype, p.amproc::oid
              FROM pg_opclass c JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
               AND p.amproclefttype = c.opcintype
             WHERE p.amproc::oid >= 16384
            UNION
            SELECT c.opcintype, o.oprcode::oid
              FROM pg_opclass c JOIN pg_amop a ON a.amopfamily = c.opcfamily
               AND a.amoplefttype = c.opcintype
              JOIN pg_operator o ON o.oid = a.amopopr
             WHERE o.oprcode::oid >= 16384
            """;

    static final String RULES =
            """
            SELECT ev_class, rulename, ev_type, is_instead, ev_action::text, ev_qual::text FROM pg_rewrite
            """;

    static final String POLICIES =
            """
            SELECT polrelid, polname, polcmd IN ('r', '*'), polqual::text, polwithcheck::text
              FROM pg_policy
            """;

    static final String TRIGGERS =
            """
            SELECT tgrelid, tgname, tgfoid, tgenabled IN ('O', 'A') FROM pg_trigger
             WHERE NOT tgisinternal
            """;

    static final String FOREIGN_KEYS =
            """
            SELECT conname, conrelid, confrelid, confupdtype, confdeltype FROM pg_constraint
             WHERE contype = 'f'
            """;

    static final String KEYS =
            """
            SELECT c.oid, c.conrelid, c.conname, c.contype = 'p', a.attname
              FROM pg_constraint c
              CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(attnum, place)
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
             WHERE c.contype IN ('p', 'u')
             ORDER BY c.oid, k.place
            """;

    static final String INHERITANCE = "SELECT inhparent, inhrelid FROM pg_inherits";

    static final String EXTENSIONS = "SELECT extname FROM pg_extension";

    private CatalogQueries() {}
}
