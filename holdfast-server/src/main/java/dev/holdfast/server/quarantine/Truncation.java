package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Empties tables after their rows were copied out.
///
/// Which tables CASCADE reaches is followed here, but PostgreSQL has the last word: the tables that
/// were copied out are named one by one and emptied with RESTRICT, which fails if one were missing.
final class Truncation {
    private static final String CHILDREN =
            "SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY (?)";
    private static final String REFERENCING =
            "SELECT DISTINCT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY (?)";
    private static final String COLUMNS =
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = ?::oid AND attnum > 0"
                    + " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum";
    private static final String TRIGGERS =
            "SELECT quote_ident(tgname) || ' of ' || tgrelid::regclass FROM pg_trigger WHERE"
                    + " tgrelid = ANY (?) AND tgtype::int & 32 <> 0 AND tgenabled IN ('O', 'A') AND"
                    + " NOT tgisinternal ORDER BY 1";
    private static final String SEQUENCES =
            """
            SELECT d.objid::regclass, coalesce(q.seqincrement, 1) > 0
            FROM pg_depend d JOIN pg_sequence q ON q.seqrelid = d.objid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
              AND d.deptype IN ('a', 'i') AND d.refobjid = ANY (?) ORDER BY 1
            """;
    private static final String REFERENCES =
            """
            SELECT DISTINCT coalesce(pg_partition_root(conrelid), conrelid)::oid,
                   coalesce(pg_partition_root(confrelid), confrelid)::oid
            FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (?) AND confrelid = ANY (?)
            """;
    private static final String ROOTS =
            "SELECT oid, coalesce(pg_partition_root(oid), oid)::oid FROM pg_class WHERE oid = ANY (?)";

    private final OwnerSession session;
    private final DumpDirectory dumps;
    private final String id;
    private final Plan plan;

    Truncation(OwnerSession session, DumpDirectory dumps, String id, Plan plan) {
        this.session = session;
        this.dumps = dumps;
        this.id = id;
        this.plan = plan;
    }

    void run(Destruction.Truncate truncate)
            throws SQLException, IOException, ChangeRefusedException {
        Map<Long, Relations.Found> tables = locked(truncate);
        List<String> triggers = session.column(TRIGGERS, tables.keySet());
        if (!triggers.isEmpty()) {
            throw DestroyRefusals.notCoveredHere(
                    "what these tables hold",
                    "triggers on TRUNCATE run code that nobody has foreseen: "
                            + String.join(", ", triggers),
                    "Use DELETE, which runs measured and can be undone.");
        }
        plan.staysInUse();
        if (truncate.restartIdentity()) {
            sequences(tables.keySet());
        }
        List<Relations.Found> children = parentsFirst(tables);
        for (Relations.Found table : children.reversed()) {
            copyOut(table);
        }
        session.execute(
                "TRUNCATE TABLE "
                        + tables.values().stream()
                                .map(table -> (table.kind() == 'p' ? "" : "ONLY ") + table.sql())
                                .collect(Collectors.joining(", "))
                        + (truncate.restartIdentity() ? " RESTART" : " CONTINUE")
                        + " IDENTITY RESTRICT");
    }

    /// Everything that will be emptied, locked against everyone.
    private Map<Long, Relations.Found> locked(Destruction.Truncate truncate)
            throws SQLException, ChangeRefusedException {
        Map<Long, Relations.Found> tables = new LinkedHashMap<>();
        Set<Long> open = new LinkedHashSet<>();
        for (Destruction.Name name : truncate.only()) {
            Relations.Found found = Relations.lockedTable(session, name, true);
            if (found.kind() == 'p') {
                throw DestroyRefusals.notCoveredHere(
                        found.sql(),
                        "a partitioned table has no rows of its own",
                        "Leave out ONLY.");
            }
            tables.put(found.oid(), found);
        }
        for (Destruction.Name name : truncate.whole()) {
            open.add(Relations.lockedTable(session, name, false).oid());
        }
        // With each round tables are added that are then locked, so what was read stays true.
        while (true) {
            for (Relations.Found found : Relations.numbered(session, open)) {
                Relations.requireOwned(found);
                if (!found.isTable()) {
                    throw DestroyRefusals.notCoveredHere(
                            found.described(), "its rows are elsewhere", "Leave it out.");
                }
                Relations.lock(session, found, true);
                tables.put(found.oid(), found);
            }
            Set<Long> all = new HashSet<>(tables.keySet());
            Set<Long> more = new LinkedHashSet<>(children(truncate, all));
            if (truncate.cascade()) {
                session.column(REFERENCING, all).forEach(oid -> more.add(Long.valueOf(oid)));
            }
            more.removeAll(all);
            if (more.isEmpty()) {
                return tables;
            }
            open = more;
        }
    }

    private Set<Long> children(Destruction.Truncate truncate, Set<Long> tables)
            throws SQLException {
        Set<Long> parents = new HashSet<>(tables);
        for (Destruction.Name name : truncate.only()) {
            Relations.Found alone = Relations.named(session, name);
            if (alone != null) {
                parents.remove(alone.oid());
            }
        }
        return session.column(CHILDREN, parents).stream()
                .map(Long::valueOf)
                .collect(Collectors.toSet());
    }

    /// Ordered so that rows can be copied in again one table after the other.
    private List<Relations.Found> parentsFirst(Map<Long, Relations.Found> tables)
            throws SQLException, ChangeRefusedException {
        Set<Long> oids = tables.keySet();
        Map<Long, Long> roots = new HashMap<>();
        for (List<@Nullable String> row : session.rows(ROOTS, oids)) {
            roots.put(
                    Long.valueOf(OwnerSession.text(row, 0)),
                    Long.valueOf(OwnerSession.text(row, 1)));
        }
        Map<Long, Set<Long>> parents = new HashMap<>();
        for (List<@Nullable String> row : session.rows(REFERENCES, oids, oids)) {
            long child = Long.parseLong(OwnerSession.text(row, 0));
            long parent = Long.parseLong(OwnerSession.text(row, 1));
            if (child != parent) {
                parents.computeIfAbsent(child, _ -> new HashSet<>()).add(parent);
            }
        }
        List<Relations.Found> ordered = new ArrayList<>();
        Set<Long> done = new HashSet<>();
        Set<Long> left = new LinkedHashSet<>(roots.values());
        while (!left.isEmpty()) {
            Set<Long> ready =
                    left.stream()
                            .filter(root -> done.containsAll(parents.getOrDefault(root, Set.of())))
                            .collect(Collectors.toSet());
            if (ready.isEmpty()) {
                throw DestroyRefusals.notRestorable(
                        "the tables reference each other in a circle, so that none can be filled"
                                + " first");
            }
            tables.values().stream()
                    .filter(table -> ready.contains(roots.get(table.oid())))
                    .forEach(ordered::add);
            done.addAll(ready);
            left.removeAll(ready);
        }
        return ordered;
    }

    private void copyOut(Relations.Found table)
            throws SQLException, IOException, ChangeRefusedException {
        plan.thing("rows of " + table.sql());
        if (table.kind() == 'p') {
            return;
        }
        List<String> columns = session.column(COLUMNS, Long.toString(table.oid()));
        if (columns.isEmpty()) {
            throw DestroyRefusals.notCoveredHere(table.sql(), "it has no columns", "Leave it out.");
        }
        String named = table.sql() + " (" + String.join(", ", columns) + ")";
        Dump dump =
                dumps.write(
                        session,
                        id,
                        plan.dumps().size() + 1,
                        table.sql(),
                        "COPY " + named + " TO STDOUT");
        plan.dump(dump);
        plan.undoneBy(
                new Step(
                        "put back the rows of " + table.sql(),
                        "COPY " + named + " FROM STDIN",
                        dump.file()));
    }

    /// A sequence goes back to where it was, unless it has gone beyond that.
    private void sequences(Set<Long> tables) throws SQLException {
        for (List<@Nullable String> row : session.rows(SEQUENCES, tables)) {
            String sequence = OwnerSession.text(row, 0);
            List<@Nullable String> at =
                    session.rows("SELECT last_value, is_called FROM " + sequence).getFirst();
            String value = OwnerSession.text(at, 0);
            boolean called = OwnerSession.text(at, 1).equals("t");
            String beyond = OwnerSession.text(row, 1).equals("t") ? "<" : ">";
            plan.undoneBy(
                    new Step(
                            "put back the sequence " + sequence,
                            "SELECT setval(%s, %s, %s) FROM %s WHERE last_value %s %s"
                                    .concat(" OR last_value = %s AND NOT is_called")
                                    .formatted(
                                            Sql.literal(sequence),
                                            value,
                                            called,
                                            sequence,
                                            beyond,
                                            value,
                                            value)));
        }
    }
}
