package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Drops relations and schemas by moving them where nobody but Holdfast can reach them.
///
/// PostgreSQL itself says what a DROP takes with it ([Vanishing]). Relations among it are moved with
/// all that is theirs; foreign keys to and from the rest are dropped, with a note how to put them back;
/// anything else refuses the statement. In the end the quarantine's schemas are dropped for trial: that
/// must take nothing with it that is not in them, or somebody could still reach it by another way.
final class Moves {
    private static final String DETACHED =
            """
            SELECT i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid), c.relispartition
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhrelid = ?::oid AND i.inhparent <> ALL (?)
            """;

    private final OwnerSession session;
    private final String id;
    private final Plan plan;
    private final Map<String, String> schemas = new LinkedHashMap<>();

    Moves(OwnerSession session, String id, Plan plan) {
        this.session = session;
        this.id = id;
        this.plan = plan;
    }

    void drop(Destruction.DropRelations drop) throws SQLException, ChangeRefusedException {
        Relations.requireNoEventTriggers(session);
        List<String> names = new ArrayList<>();
        for (Destruction.Name name : drop.names()) {
            Relations.Found found = Relations.named(session, name);
            if (found == null) {
                if (!drop.ifExists()) {
                    throw DestroyRefusals.missing(name.sql());
                }
                continue;
            }
            Relations.requireOwned(found);
            if (found.isTable()) {
                Relations.lock(session, found, false);
            }
            names.add(name.sql());
        }
        if (names.isEmpty()) {
            return;
        }
        List<Vanishing.Gone> gone =
                Vanishing.of(
                        session,
                        "DROP "
                                + drop.kind()
                                + " "
                                + String.join(", ", names)
                                + behaviour(drop.cascade()));
        Set<Long> moved =
                gone.stream()
                        .filter(Vanishing.Gone::independent)
                        .map(Vanishing.Gone::oid)
                        .collect(Collectors.toSet());
        requireCovered(gone, moved, Set.of());
        moveRelations(moved);
        requireNothingElseDependsOnIt(gone);
    }

    void drop(Destruction.DropSchemas drop) throws SQLException, ChangeRefusedException {
        Relations.requireNoEventTriggers(session);
        Set<String> names = new HashSet<>();
        for (String name : drop.names()) {
            if (session.column("SELECT oid FROM pg_namespace WHERE nspname = ?", name).isEmpty()) {
                if (!drop.ifExists()) {
                    throw DestroyRefusals.missing(Sql.quoted(name));
                }
                continue;
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            return;
        }
        String sql =
                "DROP SCHEMA "
                        + names.stream().map(Sql::quoted).collect(Collectors.joining(", "))
                        + behaviour(drop.cascade());
        Set<Long> inside =
                Vanishing.of(session, sql).stream()
                        .filter(Vanishing.Gone::independent)
                        .map(Vanishing.Gone::oid)
                        .collect(Collectors.toSet());
        for (Relations.Found found : Relations.numbered(session, inside)) {
            Relations.requireOwned(found);
            if (found.isTable()) {
                Relations.lock(session, found, true);
            }
        }
        // Again, now that nobody else can change the tables.
        List<Vanishing.Gone> gone = Vanishing.of(session, sql);
        requireCovered(gone, Set.of(), names);
        plan.before(Relations.numbered(session, inside), Facts.of(session, inside));
        ForeignKeys.drop(session, inside, plan);
        for (String name : names) {
            renameSchema(name);
        }
        requireNothingElseDependsOnIt(gone);
    }

    private static String behaviour(boolean cascade) {
        return cascade ? " CASCADE" : " RESTRICT";
    }

    private void requireCovered(
            List<Vanishing.Gone> gone, Set<Long> relations, Set<String> schemaNames)
            throws ChangeRefusedException {
        Set<Long> all = new HashSet<>(relations);
        gone.stream()
                .filter(one -> schemaNames.contains(one.schema()) && one.independent())
                .forEach(one -> all.add(one.oid()));
        List<String> others = new ArrayList<>();
        for (Vanishing.Gone one : gone) {
            boolean schemaItself =
                    one.catalog().equals("pg_namespace")
                            && schemaNames.stream()
                                    .anyMatch(name ->
                                            one.name().equals("schema " + quotedAsNeeded(name)));
            boolean covered =
                    one.toast()
                            || all.contains(one.relation())
                            || schemaNames.contains(one.schema())
                            || one.foreignKeyOf(all)
                            || schemaItself;
            if (one.catalog().startsWith("pg_publication") || one.kind().equals("f")) {
                covered = false;
            }
            if (!covered) {
                others.add(one.name());
            }
        }
        if (!others.isEmpty()) {
            throw DestroyRefusals.dependents(others);
        }
    }

    private static String quotedAsNeeded(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : Sql.quoted(name);
    }

    private void moveRelations(Set<Long> oids) throws SQLException, ChangeRefusedException {
        List<Relations.Found> found = Relations.numbered(session, oids);
        plan.before(found, Facts.of(session, oids));
        for (Relations.Found relation : found) {
            Relations.requireOwned(relation);
            if (!relation.returnable()) {
                throw DestroyRefusals.role(
                        "it may not create in the schema of "
                                + relation.sql()
                                + ", so it could not put it back",
                        "The operator runs GRANT CREATE ON SCHEMA "
                                + Sql.quoted(relation.schema())
                                + " TO the restore role.");
            }
            plan.thing(relation.described());
            detach(relation, oids);
        }
        ForeignKeys.drop(session, oids, plan);
        for (Relations.Found relation : found) {
            revokeOnSequences(relation);
            Grants.revokeOnRelation(session, relation, plan);
            move(relation);
        }
    }

    /// Takes a partition out of its table, which would go on showing its rows. Other children cannot
    /// be taken out and put back without a trace.
    private void detach(Relations.Found relation, Set<Long> moved)
            throws SQLException, ChangeRefusedException {
        for (List<@Nullable String> parent :
                session.rows(DETACHED, Long.toString(relation.oid()), moved)) {
            String name = OwnerSession.text(parent, 0);
            if (!OwnerSession.text(parent, 2).equals("t")) {
                throw DestroyRefusals.notCoveredHere(
                        relation.sql(),
                        "it inherits from " + name,
                        "Run ALTER TABLE … NO INHERIT first.");
            }
            session.execute("ALTER TABLE " + name + " DETACH PARTITION " + relation.sql());
            plan.undoneBy(
                    new Step(
                            "attach the partition " + relation.sql() + " again",
                            "ALTER TABLE "
                                    + name
                                    + " ATTACH PARTITION "
                                    + relation.sql()
                                    + " "
                                    + OwnerSession.text(parent, 1)));
        }
    }

    /// Sequences of columns go where their table goes; their grants are their own.
    private void revokeOnSequences(Relations.Found relation)
            throws SQLException, ChangeRefusedException {
        List<Long> sequences =
                session
                        .column(
                                "SELECT DISTINCT d.objid FROM pg_depend d JOIN pg_class c ON"
                                        + " c.oid = d.objid AND c.relkind = 'S' WHERE d.classid ="
                                        + " 'pg_class'::regclass AND d.refclassid ="
                                        + " 'pg_class'::regclass AND d.refobjid = ?::oid AND"
                                        + " d.deptype IN ('a', 'i')",
                                Long.toString(relation.oid()))
                        .stream()
                        .map(Long::valueOf)
                        .toList();
        for (Relations.Found sequence : Relations.numbered(session, sequences)) {
            Grants.revokeOnRelation(session, sequence, plan);
        }
    }

    private void move(Relations.Found relation) throws SQLException {
        String schema = quarantineSchema(relation.schema());
        String kept = Sql.quoted(schema, relation.name());
        String role = session.value("SELECT quote_ident(current_user)");
        for (List<@Nullable String> statistics :
                session.rows(
                        "SELECT quote_ident(n.nspname), quote_ident(s.stxname) FROM"
                                + " pg_statistic_ext s JOIN pg_namespace n ON n.oid ="
                                + " s.stxnamespace WHERE s.stxrelid = ?::oid ORDER BY 1, 2",
                        Long.toString(relation.oid()))) {
            String home = OwnerSession.text(statistics, 0);
            String name = OwnerSession.text(statistics, 1);
            session.execute(
                    "ALTER STATISTICS " + home + "." + name + " SET SCHEMA " + Sql.quoted(schema));
            plan.undoneBy(
                    new Step(
                            "put back the statistics " + name,
                            "ALTER STATISTICS "
                                    + Sql.quoted(schema)
                                    + "."
                                    + name
                                    + " SET SCHEMA "
                                    + home));
        }
        session.execute("ALTER TABLE " + relation.sql() + " SET SCHEMA " + Sql.quoted(schema));
        plan.undoneBy(
                new Step(
                        "put back " + relation.sql(),
                        "ALTER TABLE " + kept + " SET SCHEMA " + Sql.quoted(relation.schema())));
        // A view that is still somewhere reads as its owner; nobody but Holdfast owns this now.
        session.execute("ALTER TABLE " + kept + " OWNER TO " + role);
        plan.undoneBy(
                List.of(
                        new Step(
                                "let the owner have it",
                                "GRANT CREATE ON SCHEMA "
                                        + Sql.quoted(schema)
                                        + " TO "
                                        + relation.owner()),
                        new Step(
                                "give it back to " + relation.owner(),
                                "ALTER TABLE " + kept + " OWNER TO " + relation.owner())));
    }

    /// The quarantine's schema for what comes from a schema; made when it is first asked for.
    private String quarantineSchema(String from) throws SQLException {
        String known = schemas.get(from);
        if (known != null) {
            return known;
        }
        String made = QuarantineName.schema(id, schemas.size() + 1);
        schemas.put(from, made);
        session.execute("CREATE SCHEMA " + Sql.quoted(made));
        // Default privileges may have given it to somebody.
        for (String grantee :
                session.column(
                        "SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE"
                                + " a.grantee::regrole::text END FROM pg_namespace n,"
                                + " aclexplode(n.nspacl) a WHERE n.nspname = ? AND a.grantee <>"
                                + " n.nspowner",
                        made)) {
            session.execute("REVOKE ALL ON SCHEMA " + Sql.quoted(made) + " FROM " + grantee);
        }
        plan.schema(made);
        plan.undoneBy(
                new Step(
                        "remove the emptied schema " + made,
                        "DROP SCHEMA " + Sql.quoted(made) + " RESTRICT"));
        return made;
    }

    private void renameSchema(String name) throws SQLException, ChangeRefusedException {
        String kept = QuarantineName.schema(id, schemas.size() + 1);
        schemas.put(name, kept);
        plan.schema(kept);
        plan.thing("schema " + Sql.quoted(name));
        String owner =
                session.value(
                        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = ?", name);
        Grants.revokeOnSchema(session, name, plan);
        session.execute("ALTER SCHEMA " + Sql.quoted(name) + " RENAME TO " + Sql.quoted(kept));
        plan.undoneBy(
                new Step(
                        "put back the schema " + Sql.quoted(name),
                        "ALTER SCHEMA " + Sql.quoted(kept) + " RENAME TO " + Sql.quoted(name)));
        session.execute("ALTER SCHEMA " + Sql.quoted(kept) + " OWNER TO CURRENT_USER");
        plan.undoneBy(
                new Step(
                        "give the schema back to " + owner,
                        "ALTER SCHEMA " + Sql.quoted(kept) + " OWNER TO " + owner));
    }

    private void requireNothingElseDependsOnIt(List<Vanishing.Gone> gone)
            throws SQLException, ChangeRefusedException {
        Set<String> known = gone.stream().map(Vanishing.Gone::key).collect(Collectors.toSet());
        Set<String> own = Set.copyOf(plan.schemas());
        List<String> others =
                Vanishing.of(session, purge(plan.schemas())).stream()
                        .filter(one -> !known.contains(one.key()) && !own.contains(one.schema()))
                        .filter(one -> !one.catalog().equals("pg_namespace"))
                        .map(Vanishing.Gone::name)
                        .toList();
        if (!others.isEmpty()) {
            throw DestroyRefusals.dependents(others);
        }
    }

    /// What ends the entry for good.
    static String purge(List<String> schemas) {
        return "DROP SCHEMA "
                + schemas.stream().map(Sql::quoted).collect(Collectors.joining(", "))
                + " CASCADE";
    }
}
