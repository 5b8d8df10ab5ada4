package dev.holdfast.server.capture;

import java.util.List;

/// What a shadow is made of: a trigger on the table, one function that it calls, and one table in which
/// that function notes the places (ctid) of the rows that were changed.
///
/// A shadow says where to look, not what was there: the images themselves are read and proven as without
/// one ([TwinCapture]). So nothing in it is anybody's data, it cannot get out of date when the table is
/// altered, and a false note costs time and nothing else.
///
/// It notes for Holdfast's agents only: the gateway opens their sessions with `holdfast.lane=on`. For
/// everybody else the trigger's condition is false, and no event is even queued.
final class Shadow {
    static final String SCHEMA = "holdfast_shadow";

    /// Of the trigger, on every table.
    static final String TRIGGER = "holdfast_shadow";

    /// So many changes are noted in one transaction. A note costs the agent more than a row in a pass over
    /// the table does, so beyond that the pass is no worse.
    static final int NOTED_MAX = 20_000;

    /// Row triggers after INSERT, UPDATE or DELETE: 1 row, 4 insert, 8 delete, 16 update.
    private static final int TRIGGER_TYPE = 29;

    /// How many were noted is known to the session's counters, which cost less than counting would.
    static final String NOTE =
            """

            BEGIN
              IF pg_catalog.pg_stat_get_xact_tuples_inserted('holdfast_shadow.places'::pg_catalog.regclass)
                  OPERATOR(pg_catalog.<) %d THEN
                INSERT INTO holdfast_shadow.places (relation, old_place, new_place)
                VALUES (TG_RELID, OLD.ctid, NEW.ctid);
              END IF;
              RETURN NULL;
            END
            """
                    .formatted(NOTED_MAX);

    /// Of one's own transaction only.
    static final String NOTED =
            """

            SELECT p.relation, p.old_place, p.new_place FROM holdfast_shadow.places p
            WHERE p.transaction OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id_if_assigned()
            """;

    /// Empties what ended transactions have noted. Whoever waits for its lock keeps agents waiting, so it
    /// does not wait long; where it is never alone, it removes row by row.
    static final String CLEAN =
            """

            BEGIN
              IF pg_catalog.pg_relation_size('holdfast_shadow.places'::pg_catalog.regclass)
                  OPERATOR(pg_catalog.=) 0 THEN
                RETURN;
              END IF;
              BEGIN
                TRUNCATE holdfast_shadow.places;
              EXCEPTION WHEN lock_not_available THEN
                DELETE FROM holdfast_shadow.places p WHERE p.transaction OPERATOR(pg_catalog.<)
                  pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());
              END;
            END
            """;

    /// Whether what all shadows share is as it was installed, and out of everybody's reach; `$3` is [#NOTE],
    /// `$4` [#NOTED].
    static final String SHARED_WHOLE =
            """
            EXISTS (SELECT FROM pg_namespace s
              JOIN pg_proc f ON f.pronamespace = s.oid AND f.proname = 'note' AND f.pronargs = 0
              JOIN pg_proc g ON g.pronamespace = s.oid AND g.proname = 'noted' AND g.pronargs = 0
              JOIN pg_class p ON p.relnamespace = s.oid AND p.relname = 'places'
              WHERE s.nspname = 'holdfast_shadow' AND f.prosrc = $3 AND g.prosrc = $4
                AND f.prosecdef AND g.prosecdef AND f.proowner = s.nspowner
                AND g.proowner = s.nspowner AND p.relowner = s.nspowner
                AND p.relkind = 'r' AND p.relpersistence = 'u'
                AND NOT EXISTS (SELECT FROM aclexplode(p.relacl) a WHERE a.grantee <> p.relowner)
                AND has_schema_privilege('public', s.oid, 'USAGE')
                AND NOT has_schema_privilege('public', s.oid, 'CREATE')
                AND has_function_privilege('public', g.oid, 'EXECUTE'))\
            """;

    /// Whether the table `c` has a shadow that fires, and what it shares with others is whole.
    static final String WHOLE =
            """
            (EXISTS (SELECT FROM pg_trigger t
              WHERE t.tgrelid = c.oid AND t.tgtype = %d AND t.tgenabled IN ('O', 'A') AND t.tgattr = ''
                AND t.tgfoid = (SELECT n.oid FROM pg_proc n JOIN pg_namespace s ON s.oid = n.pronamespace
                  WHERE s.nspname = 'holdfast_shadow' AND n.proname = 'note' AND n.pronargs = 0))
              AND %s)\
            """
                    .formatted(TRIGGER_TYPE, SHARED_WHOLE);

    private static final String FUNCTION =
            """
            CREATE OR REPLACE FUNCTION holdfast_shadow.%s LANGUAGE %s SECURITY DEFINER
              SET search_path = pg_catalog, pg_temp%s AS $holdfast$%s$holdfast$\
            """;

    private Shadow() {}

    /// What all shadows of a database share; may be run again, and by anybody who may.
    ///
    /// @param owner the role that owns it then, whoever runs it
    /// @param captureRole the role that cleans up
    static List<String> shared(String owner, String captureRole) {
        String to = " OWNER TO " + CapturedTable.quoted(owner);
        return List.of(
                "CREATE SCHEMA IF NOT EXISTS holdfast_shadow",
                "ALTER SCHEMA holdfast_shadow" + to,
                "REVOKE ALL ON SCHEMA holdfast_shadow FROM PUBLIC",
                "GRANT USAGE ON SCHEMA holdfast_shadow TO PUBLIC",
                "CREATE UNLOGGED TABLE IF NOT EXISTS holdfast_shadow.places (transaction xid8 NOT NULL"
                        + " DEFAULT pg_catalog.pg_current_xact_id(), relation oid NOT NULL, old_place tid,"
                        + " new_place tid)",
                "ALTER TABLE holdfast_shadow.places" + to,
                "CREATE INDEX IF NOT EXISTS places_transaction ON holdfast_shadow.places (transaction)",
                "REVOKE ALL ON holdfast_shadow.places FROM PUBLIC",
                FUNCTION.formatted("note() RETURNS trigger", "plpgsql", "", NOTE),
                FUNCTION.formatted(
                        "noted() RETURNS TABLE (relation oid, old_place tid, new_place tid)",
                        "sql",
                        "",
                        NOTED),
                FUNCTION.formatted(
                        "clean() RETURNS void", "plpgsql", " SET lock_timeout = '100ms'", CLEAN),
                "ALTER FUNCTION holdfast_shadow.note()" + to,
                "ALTER FUNCTION holdfast_shadow.noted()" + to,
                "ALTER FUNCTION holdfast_shadow.clean()" + to,
                "REVOKE ALL ON FUNCTION holdfast_shadow.note(), holdfast_shadow.clean() FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION holdfast_shadow.noted() TO PUBLIC",
                "GRANT EXECUTE ON FUNCTION holdfast_shadow.clean() TO "
                        + CapturedTable.quoted(captureRole));
    }

    /// @param table `schema.name`, quoted where SQL needs it
    static String trigger(String table) {
        return ("CREATE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW WHEN"
                        + " (pg_catalog.current_setting('holdfast.lane'::pg_catalog.text, true)"
                        + " OPERATOR(pg_catalog.=) 'on'::pg_catalog.text)"
                        + " EXECUTE FUNCTION holdfast_shadow.note()")
                .formatted(TRIGGER, table);
    }

    /// @param table `schema.name`, quoted where SQL needs it
    static String dropTrigger(String table) {
        return "DROP TRIGGER %s ON %s".formatted(TRIGGER, table);
    }

    /// For the last shadow of a database. Whatever else somebody put there keeps the schema.
    static List<String> dropShared() {
        return List.of(
                "DROP FUNCTION holdfast_shadow.note(), holdfast_shadow.noted(), holdfast_shadow.clean()",
                "DROP TABLE holdfast_shadow.places",
                "DROP SCHEMA holdfast_shadow");
    }
}
