package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Drops a column, or changes its type, after its values were copied out with the keys of their rows.
///
/// A dropped column is really gone: `SELECT *` gives what it gives after any DROP COLUMN, and nobody can
/// read the values. It is put back as the table's last column.
final class ColumnLoss {
    private static final Set<String> RECREATED =
            Set.of("pg_attrdef", "pg_constraint", "pg_class", "pg_trigger");

    private final OwnerSession session;
    private final DumpDirectory dumps;
    private final String id;
    private final Plan plan;

    ColumnLoss(OwnerSession session, DumpDirectory dumps, String id, Plan plan) {
        this.session = session;
        this.dumps = dumps;
        this.id = id;
        this.plan = plan;
    }

    /// A column as it is.
    private record Column(
            String sql,
            String type,
            boolean notNull,
            boolean identity,
            boolean generated,
            String defaults,
            String collation,
            @Nullable String comment,
            String storage,
            String compression,
            String statistics) {}

    /// The columns by which rows are found again.
    private record Key(List<String> columns, List<String> types) {
        String listed() {
            return String.join(", ", columns);
        }

        /// The columns of the passing table: names of its own, whatever the key's are.
        String declared() {
            List<String> declared = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                declared.add("k" + i + " " + types.get(i));
            }
            return String.join(", ", declared);
        }

        String matching(String table, String passing) {
            List<String> conditions = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                conditions.add(table + "." + columns.get(i) + " = " + passing + ".k" + i);
            }
            return String.join(" AND ", conditions);
        }
    }

    void drop(Destruction.DropColumn drop)
            throws SQLException, IOException, ChangeRefusedException {
        Relations.Found table = locked(drop.table());
        Column column = column(table, drop.column());
        String sql =
                "ALTER TABLE "
                        + table.sql()
                        + " DROP COLUMN "
                        + column.sql()
                        + (drop.cascade() ? " CASCADE" : " RESTRICT");
        List<Vanishing.Gone> gone = Vanishing.of(session, sql);
        requireRecreated(gone, table);
        Key key = key(table, drop.column());
        plan.thing("column " + table.sql() + "." + column.sql());
        comesBackLast(table, column, gone);
        fill(table, column, key);
        plan.undoneBy(
                new Step(
                        "add the column " + column.sql() + " again",
                        "ALTER TABLE "
                                + table.sql()
                                + " ADD COLUMN "
                                + column.sql()
                                + " "
                                + column.type()
                                + column.collation()));
        session.execute(sql);
    }

    void convert(Destruction.AlterColumnType change)
            throws SQLException, IOException, ChangeRefusedException {
        Relations.Found table = locked(change.table());
        Column column = column(table, change.column());
        Key key = key(table, change.column());
        plan.thing("values of " + table.sql() + "." + column.sql() + " as " + column.type());
        String alter = "ALTER TABLE " + table.sql() + " ALTER COLUMN " + column.sql();
        List<Step> away = new ArrayList<>();
        List<Step> again = new ArrayList<>();
        conditions(table, change.column(), away, again);
        Dump old = copyOut(table, key, column.sql());
        if (!column.defaults().isEmpty()) {
            plan.undoneBy(
                    new Step(
                            "put back the default of " + column.sql(),
                            alter + " SET DEFAULT " + column.defaults()));
        }
        String using =
                column.sql()
                        + change.cast().stream()
                                .map(cast -> "::" + cast)
                                .collect(Collectors.joining());
        session.execute(
                alter
                        + " TYPE "
                        + change.type()
                        + (change.cast().isEmpty() ? "" : " USING " + using));
        Dump converted = copyOut(table, key, column.sql() + "::text");
        plan.undoneBy(again);
        plan.undoneBy(convertBack(table, column, key, old, converted));
        plan.undoneBy(away);
    }

    /// Values that nobody changed since become what they were; others are converted.
    private static List<Step> convertBack(
            Relations.Found table, Column column, Key key, Dump old, Dump converted) {
        String alter = "ALTER TABLE " + table.sql() + " ALTER COLUMN " + column.sql();
        String purpose = "convert " + table.sql() + "." + column.sql() + " back";
        List<Step> steps = new ArrayList<>();
        steps.add(
                new Step(
                        purpose,
                        "CREATE TEMP TABLE holdfast_old (%s, v %s%s) ON COMMIT DROP"
                                .formatted(key.declared(), column.type(), column.collation())));
        steps.add(new Step(purpose, "COPY pg_temp.holdfast_old FROM STDIN", old.file()));
        steps.add(
                new Step(
                        purpose,
                        "CREATE TEMP TABLE holdfast_new (%s, v text) ON COMMIT DROP"
                                .formatted(key.declared())));
        steps.add(new Step(purpose, "COPY pg_temp.holdfast_new FROM STDIN", converted.file()));
        steps.add(
                new Step(
                        purpose,
                        "DELETE FROM pg_temp.holdfast_new AS n USING ONLY %s AS t WHERE %s"
                                .concat(" AND t.%s::text IS DISTINCT FROM n.v")
                                .formatted(table.sql(), key.matching("t", "n"), column.sql())));
        if (!column.defaults().isEmpty()) {
            steps.add(new Step(purpose, alter + " DROP DEFAULT"));
        }
        steps.add(
                new Step(
                        purpose,
                        "%s TYPE %s%s USING %s::text::%s"
                                .formatted(
                                        alter,
                                        column.type(),
                                        column.collation(),
                                        column.sql(),
                                        column.type())));
        List<String> same = new ArrayList<>();
        for (int i = 0; i < key.columns().size(); i++) {
            same.add("n.k" + i + " = o.k" + i);
        }
        steps.add(
                new Step(
                        purpose,
                        "UPDATE ONLY %s AS t SET %s = o.v FROM pg_temp.holdfast_old AS o"
                                .concat(" JOIN pg_temp.holdfast_new AS n ON %s WHERE %s")
                                .formatted(
                                        table.sql(),
                                        column.sql(),
                                        String.join(" AND ", same),
                                        key.matching("t", "o"))));
        return steps;
    }

    /// Conditions and expressions over the column. PostgreSQL writes them anew with the casts that the
    /// other type needs, and keeps the casts: what is converted back gets what it had.
    private void conditions(Relations.Found table, String column, List<Step> away, List<Step> again)
            throws SQLException {
        for (List<@Nullable String> row :
                session.rows(ColumnQueries.CONDITIONS, Long.toString(table.oid()), column)) {
            String drop = OwnerSession.text(row, 0);
            away.add(new Step("convert what depends on the column", drop));
            String what = OwnerSession.text(row, 2);
            again.add(new Step("put back the " + what, OwnerSession.text(row, 1)));
            comment(again, OwnerSession.text(row, 3), row.get(4));
        }
    }

    private Relations.Found locked(Destruction.Name name)
            throws SQLException, ChangeRefusedException {
        Relations.requireNoEventTriggers(session);
        Relations.Found table = Relations.lockedTable(session, name, false);
        String related =
                session.value(
                        "SELECT count(*) FROM pg_inherits WHERE ?::oid IN (inhrelid, inhparent)",
                        Long.toString(table.oid()));
        if (table.kind() != 'r' || !related.equals("0")) {
            throw DestroyRefusals.notCoveredHere(
                    "a column of " + table.sql(),
                    "the table is partitioned, or inherits, or is inherited from",
                    "The person you work for must do it.");
        }
        List<Long> oids = List.of(table.oid());
        plan.before(Relations.numbered(session, oids), Facts.of(session, oids));
        plan.staysInUse();
        return table;
    }

    private Column column(Relations.Found table, String name)
            throws SQLException, ChangeRefusedException {
        List<List<@Nullable String>> rows =
                session.rows(ColumnQueries.COLUMN, Long.toString(table.oid()), name);
        if (rows.isEmpty()) {
            throw DestroyRefusals.missing(table.sql() + "." + Sql.quoted(name));
        }
        List<@Nullable String> row = rows.getFirst();
        Column column =
                new Column(
                        Sql.quoted(name),
                        OwnerSession.text(row, 1),
                        OwnerSession.text(row, 2).equals("t"),
                        !OwnerSession.text(row, 3).isEmpty(),
                        !OwnerSession.text(row, 4).isEmpty(),
                        OwnerSession.text(row, 5),
                        row.get(6) == null ? "" : " COLLATE " + row.get(6),
                        row.get(7),
                        OwnerSession.text(row, 8),
                        OwnerSession.text(row, 9),
                        OwnerSession.text(row, 10));
        if (column.identity() || column.generated()) {
            throw DestroyRefusals.notCoveredHere(
                    "the column " + column.sql() + " of " + table.sql(),
                    "its values are made by the database",
                    "The person you work for must do it.");
        }
        return column;
    }

    private Key key(Relations.Found table, String column)
            throws SQLException, ChangeRefusedException {
        List<String> columns = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (List<@Nullable String> row :
                session.rows(ColumnQueries.KEY, Long.toString(table.oid()), column)) {
            if (!OwnerSession.text(row, 2).equals("t")) {
                throw DestroyRefusals.notCoveredHere(
                        "a column of " + table.sql(),
                        "the primary key's types are not all PostgreSQL's own",
                        "The person you work for must do it.");
            }
            columns.add(OwnerSession.text(row, 0));
            types.add(OwnerSession.text(row, 1));
        }
        String width =
                session.value(
                        "SELECT coalesce(max(indnkeyatts), 0) FROM pg_index WHERE indisprimary AND"
                                + " indrelid = ?::oid",
                        Long.toString(table.oid()));
        if (columns.isEmpty() || !width.equals(Integer.toString(columns.size()))) {
            throw DestroyRefusals.notCoveredHere(
                    "the column " + Sql.quoted(column) + " of " + table.sql(),
                    "the table has no primary key, or the column is a part of it",
                    "The person you work for must do it.");
        }
        return new Key(columns, types);
    }

    private static void requireRecreated(List<Vanishing.Gone> gone, Relations.Found table)
            throws ChangeRefusedException {
        List<String> others = new ArrayList<>();
        for (Vanishing.Gone one : gone) {
            boolean own = one.relation() == table.oid() && !one.independent();
            boolean recreated =
                    RECREATED.contains(one.catalog())
                            && (own || one.foreignKeyOf(Set.of(table.oid())))
                            // A trigger with a condition on the column is code of somebody's.
                            && (!one.catalog().equals("pg_trigger") || one.referenced() != 0)
                            && !one.kind().equals("S");
            if (!one.toast() && !recreated) {
                others.add(one.name());
            }
        }
        if (!others.isEmpty()) {
            throw DestroyRefusals.dependents(others);
        }
    }

    /// What goes with the column, from the last to be put back to the first.
    private void comesBackLast(Relations.Found table, Column column, List<Vanishing.Gone> gone)
            throws SQLException {
        String name = column.sql();
        String alter = "ALTER TABLE " + table.sql() + " ALTER COLUMN " + name;
        List<Step> steps = new ArrayList<>();
        if (!column.defaults().isEmpty()) {
            steps.add(
                    new Step(
                            "put back the default of " + name,
                            alter + " SET DEFAULT " + column.defaults()));
        }
        List<Long> constraints =
                gone.stream()
                        .filter(one -> one.catalog().equals("pg_constraint"))
                        .map(Vanishing.Gone::oid)
                        .toList();
        boolean namedNotNull = false;
        List<Long> indexes =
                gone.stream()
                        .filter(one -> one.kind().equals("i"))
                        .map(Vanishing.Gone::oid)
                        .toList();
        for (List<@Nullable String> row : session.rows(ColumnQueries.CONSTRAINTS, constraints)) {
            namedNotNull |= OwnerSession.text(row, 4).equals("n");
            String on = OwnerSession.text(row, 0);
            String constraint = OwnerSession.text(row, 1);
            steps.add(
                    new Step(
                            "put back the constraint " + constraint + " of " + on,
                            "ALTER TABLE "
                                    + on
                                    + " ADD CONSTRAINT "
                                    + constraint
                                    + " "
                                    + OwnerSession.text(row, 2)));
            comment(steps, "CONSTRAINT " + constraint + " ON " + on, row.get(3));
        }
        if (column.notNull() && !namedNotNull) {
            steps.add(new Step("make " + name + " NOT NULL again", alter + " SET NOT NULL"));
        }
        for (List<@Nullable String> row : session.rows(ColumnQueries.INDEXES, indexes)) {
            steps.add(
                    new Step(
                            "put back the index " + OwnerSession.text(row, 1),
                            OwnerSession.text(row, 0)));
            comment(steps, "INDEX " + OwnerSession.text(row, 1), row.get(2));
        }
        for (List<@Nullable String> row :
                session.rows(
                        ColumnQueries.GRANTS,
                        Long.toString(table.oid()),
                        session.value("SELECT (parse_ident(?))[1]", name))) {
            steps.add(
                    new Step(
                            "grant on " + name + " again",
                            "GRANT "
                                    + OwnerSession.text(row, 0)
                                    + " ("
                                    + name
                                    + ") ON TABLE "
                                    + table.sql()
                                    + " TO "
                                    + OwnerSession.text(row, 1)
                                    + (OwnerSession.text(row, 2).equals("t")
                                            ? " WITH GRANT OPTION"
                                            : "")));
        }
        comment(steps, "COLUMN " + table.sql() + "." + name, column.comment());
        plan.undoneBy(steps);
        plan.undoneBy(storage(alter, column));
    }

    /// How the values are kept and counted. A column of a type with one way only has no choice.
    private static List<Step> storage(String alter, Column column) {
        String purpose = "put back the settings of " + column.sql();
        List<Step> steps = new ArrayList<>();
        if (!column.statistics().isEmpty()) {
            steps.add(new Step(purpose, alter + " SET STATISTICS " + column.statistics()));
        }
        String storage =
                switch (column.storage()) {
                    case "e" -> "EXTERNAL";
                    case "m" -> "MAIN";
                    case "x" -> "EXTENDED";
                    default -> "";
                };
        if (!storage.isEmpty()) {
            steps.add(new Step(purpose, alter + " SET STORAGE " + storage));
        }
        if (!column.compression().isEmpty()) {
            steps.add(
                    new Step(
                            purpose,
                            alter
                                    + " SET COMPRESSION "
                                    + (column.compression().equals("l") ? "lz4" : "pglz")));
        }
        return steps;
    }

    private static void comment(List<Step> steps, String object, @Nullable String comment) {
        if (comment != null) {
            steps.add(
                    new Step(
                            "put back the comment on " + object,
                            "COMMENT ON " + object + " IS " + Sql.literal(comment)));
        }
    }

    /// The values, each to the row that has its key.
    private void fill(Relations.Found table, Column column, Key key)
            throws SQLException, IOException {
        Dump dump = copyOut(table, key, column.sql());
        String purpose = "put back the values of " + column.sql();
        plan.undoneBy(
                List.of(
                        new Step(
                                purpose,
                                "CREATE TEMP TABLE holdfast_old (%s, v %s%s) ON COMMIT DROP"
                                        .formatted(
                                                key.declared(), column.type(), column.collation())),
                        new Step(purpose, "COPY pg_temp.holdfast_old FROM STDIN", dump.file()),
                        new Step(
                                purpose,
                                "UPDATE ONLY %s AS t SET %s = o.v FROM pg_temp.holdfast_old AS o WHERE %s"
                                        .formatted(
                                                table.sql(),
                                                column.sql(),
                                                key.matching("t", "o")))));
    }

    private Dump copyOut(Relations.Found table, Key key, String value)
            throws SQLException, IOException {
        Dump dump =
                dumps.write(
                        session,
                        id,
                        plan.dumps().size() + 1,
                        table.sql(),
                        "COPY (SELECT %s, %s FROM ONLY %s) TO STDOUT"
                                .formatted(key.listed(), value, table.sql()));
        plan.dump(dump);
        return dump;
    }
}
