package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WritingSession;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is asked of a capture role before anything is written with its help: that it can only read. It sees
/// all that agents may write, so nothing else must be possible with its password.
///
/// @param problem what is wrong with it, as the end of a sentence that begins with the role; null where
///     nothing is
/// @param mayBeHidden whether functions or roles of the database touch track_counts, so that changes may go
///     uncounted and tables are to be looked at of which none was counted
record CaptureRole(@Nullable String problem, boolean mayBeHidden) {
    private static final String LOOK =
            """
            SELECT r.rolsuper, r.rolcreaterole OR r.rolcreatedb OR r.rolreplication,
              pg_is_in_recovery(),
              (SELECT min(quote_ident(n.nspname) || '.' || quote_ident(c.relname))
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.oid >= 16384 AND c.relpersistence <> 't'
                 AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                   OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))),
              EXISTS (SELECT FROM pg_proc p WHERE p.oid >= 16384
                AND (p.proconfig::text ~* 'track_counts' OR p.prosrc ~* 'track_counts'))
              OR EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setconfig::text ~* 'track_counts')
            FROM pg_roles r WHERE r.rolname = current_user\
            """;

    /// Looks at the role as which the session runs.
    static CaptureRole of(WritingSession twin) throws ChangeRefusedException {
        List<List<@Nullable String>> rows = twin.query(LOOK, List.of());
        if (rows.size() != 1) {
            return new CaptureRole("cannot be found in pg_roles", true);
        }
        List<@Nullable String> row = rows.getFirst();
        boolean mayBeHidden = !Objects.equals(row.get(4), "f");
        if (!Objects.equals(row.get(0), "f")) {
            return new CaptureRole(
                    "is a superuser (expected: an ordinary role that may SELECT)", mayBeHidden);
        }
        if (!Objects.equals(row.get(1), "f")) {
            return new CaptureRole(
                    "may create roles or databases, or replicate (expected: an ordinary role that may"
                            + " SELECT)",
                    mayBeHidden);
        }
        if (!Objects.equals(row.get(2), "f")) {
            return new CaptureRole(
                    "is connected to a standby (expected: the server that agents write to)",
                    mayBeHidden);
        }
        @Nullable String writable = row.get(3);
        if (writable != null) {
            return new CaptureRole(
                    "may write to %s (expected: SELECT only; privileges of PUBLIC count)"
                            .formatted(writable),
                    mayBeHidden);
        }
        return new CaptureRole(null, mayBeHidden);
    }
}
