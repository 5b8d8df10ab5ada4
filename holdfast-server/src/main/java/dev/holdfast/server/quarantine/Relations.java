package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What must be known of relations before they are touched.
final class Relations {
    private static final String FIND =
            """
            SELECT c.oid, c.relkind::text, c.relpersistence::text, n.nspname, c.relname,
                   c.oid::regclass::text, c.relowner::regrole::text,
                   pg_has_role(c.relowner, 'USAGE'), has_schema_privilege(n.oid, 'CREATE')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            """;

    private Relations() {}

    /// A relation.
    ///
    /// @param kind `relkind`
    /// @param sql its full name, quoted where SQL needs it
    /// @param owner quoted where SQL needs it
    /// @param owned whether the restore role has the owner's rights
    /// @param returnable whether the restore role may create in the relation's schema
    record Found(
            long oid,
            char kind,
            boolean temporary,
            String schema,
            String name,
            String sql,
            String owner,
            boolean owned,
            boolean returnable) {

        String described() {
            return switch (kind) {
                        case 'v' -> "view ";
                        case 'm' -> "materialized view ";
                        case 'S' -> "sequence ";
                        case 'f' -> "foreign table ";
                        default -> "table ";
                    }
                    + sql;
        }

        boolean isTable() {
            return kind == 'r' || kind == 'p';
        }
    }

    /// The relation of a name; null where there is none.
    static @Nullable Found named(OwnerSession session, Destruction.Name name) throws SQLException {
        List<Found> found =
                found(
                        session.rows(
                                FIND + " WHERE n.nspname = ? AND c.relname = ?",
                                name.schema(),
                                name.name()));
        return found.isEmpty() ? null : found.getFirst();
    }

    /// Relations by number, in the order in which they came into being.
    static List<Found> numbered(OwnerSession session, Collection<Long> oids) throws SQLException {
        return found(session.rows(FIND + " WHERE c.oid = ANY (?) ORDER BY c.oid", oids));
    }

    /// A table that exists and may be altered, locked against everyone.
    static Found lockedTable(OwnerSession session, Destruction.Name name, boolean only)
            throws SQLException, ChangeRefusedException {
        Found found = named(session, name);
        if (found == null || !found.isTable()) {
            throw DestroyRefusals.missing(name.sql());
        }
        requireOwned(found);
        lock(session, found, only);
        Found again = named(session, name);
        if (again == null || again.oid() != found.oid()) {
            throw DestroyRefusals.missing(name.sql());
        }
        return again;
    }

    static void lock(OwnerSession session, Found table, boolean only) throws SQLException {
        session.execute(
                "LOCK TABLE " + (only ? "ONLY " : "") + table.sql() + " IN ACCESS EXCLUSIVE MODE");
    }

    static void requireOwned(Found found) throws ChangeRefusedException {
        if (!found.owned()) {
            throw DestroyRefusals.role(
                    "it has not the rights of " + found.owner() + ", who owns " + found.sql(),
                    "The operator runs GRANT " + found.owner() + " TO the restore role.");
        }
        if (found.temporary()) {
            throw DestroyRefusals.notCoveredHere(
                    found.sql(), "it is temporary", "Drop it in the session that made it.");
        }
    }

    /// Code that runs when objects are dropped or altered would run as the restore role.
    static void requireNoEventTriggers(OwnerSession session)
            throws SQLException, ChangeRefusedException {
        List<String> triggers =
                session.column(
                        "SELECT quote_ident(evtname) FROM pg_event_trigger WHERE evtenabled IN"
                                + " ('O', 'A') AND evtevent <> 'login' ORDER BY 1");
        if (!triggers.isEmpty()) {
            throw DestroyRefusals.notCoveredHere(
                    "what is dropped or altered here",
                    "event triggers run code that nobody has foreseen: "
                            + String.join(", ", triggers),
                    "The operator disables them for the time, or does it without Holdfast.");
        }
    }

    private static List<Found> found(List<List<@Nullable String>> rows) {
        List<Found> found = new ArrayList<>(rows.size());
        for (List<@Nullable String> row : rows) {
            found.add(
                    new Found(
                            Long.parseLong(OwnerSession.text(row, 0)),
                            OwnerSession.text(row, 1).charAt(0),
                            OwnerSession.text(row, 2).equals("t"),
                            OwnerSession.text(row, 3),
                            OwnerSession.text(row, 4),
                            OwnerSession.text(row, 5),
                            OwnerSession.text(row, 6),
                            OwnerSession.text(row, 7).equals("t"),
                            OwnerSession.text(row, 8).equals("t")));
        }
        return found;
    }
}
