package dev.holdfast.server.capture;

import dev.holdfast.server.catalog.ResultTexts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gives tables a shadow, takes it away, and tells which have one. What is done is SQL that can be looked at
/// before, and run by somebody else instead.
public final class ShadowTables {
    /// Nobody writes to the table while a trigger is made, so nobody waits long for it.
    private static final String LOCK_TIME = "SET LOCAL lock_timeout = '3s'";

    private static final String TABLE =
            """
            SELECT format('%I.%I', n.nspname, c.relname), c.relkind IN ('r', 'p'),
              n.nspname LIKE 'pg\\_%' OR n.nspname IN ('information_schema', 'holdfast_shadow'),
              EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary),
              (SELECT t.tgenabled::text FROM pg_trigger t
                WHERE t.tgrelid = c.oid AND t.tgname = 'holdfast_shadow'),
              (SELECT t.tgparentid <> 0 FROM pg_trigger t
                WHERE t.tgrelid = c.oid AND t.tgname = 'holdfast_shadow')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass(?)\
            """;

    private static final String STATE =
            "SELECT %s FROM pg_class c WHERE c.oid = to_regclass(?)".formatted(jdbc(Shadow.WHOLE));

    private static final String SHARED = "SELECT " + jdbc(Shadow.SHARED_WHOLE);

    private static final String ALL =
            """
            SELECT format('%%I.%%I', n.nspname, c.relname), %s, h.tgenabled::text
            FROM pg_trigger h JOIN pg_class c ON c.oid = h.tgrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE h.tgname = 'holdfast_shadow' AND h.tgparentid = 0 ORDER BY 1\
            """
                    .formatted(jdbc(Shadow.WHOLE));

    private static final String OTHERS =
            """
            SELECT count(*)::text FROM pg_trigger h JOIN pg_proc f ON f.oid = h.tgfoid
              JOIN pg_namespace n ON n.oid = f.pronamespace
            WHERE n.nspname = 'holdfast_shadow' AND h.tgrelid <> ALL (
              SELECT relid FROM pg_partition_tree(to_regclass(?))
              UNION SELECT to_regclass(?))\
            """;

    private final Connection connection;
    private final String owner;
    private final String captureRole;

    /// @param connection in autocommit, as a role that may make triggers; remains the caller's
    /// @param owner the role that is to own what is made, the restore role
    /// @param captureRole the role that may clean up what was noted
    public ShadowTables(Connection connection, String owner, String captureRole) {
        this.connection = connection;
        this.owner = owner;
        this.captureRole = captureRole;
    }

    /// It cannot be done; the message says why, and what to do.
    public static final class ShadowException extends Exception {
        private static final long serialVersionUID = 1L;

        ShadowException(String message) {
            super(message);
        }

        ShadowException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// A table with a shadow.
    ///
    /// @param table `schema.name`, quoted where SQL needs it
    /// @param state `whole`: it is used; `disabled` or `altered`: it is not, and the table is passed over
    public record Shadowed(String table, String state) {}

    /// What gives a table a shadow.
    ///
    /// @param name as SQL names it, with its schema
    /// @return the statements, for one transaction; empty where it has a whole one
    /// @throws ShadowException if the table cannot have one
    public List<String> installing(String name) throws ShadowException {
        List<@Nullable String> table = table(name);
        String quoted = text(table, 0);
        if (!text(table, 1).equals("t") || text(table, 2).equals("t")) {
            throw new ShadowException(
                    quoted + " is no ordinary or partitioned table of a user, so it has no shadow");
        }
        if (!text(table, 3).equals("t")) {
            throw new ShadowException(
                    quoted
                            + " has no primary key, so agents cannot write to it, with a shadow or not");
        }
        if (isWhole(quoted)) {
            return List.of();
        }
        List<String> statements = new ArrayList<>();
        if (!text(rows(SHARED, Shadow.NOTE, Shadow.NOTED).getFirst(), 0).equals("t")) {
            statements.addAll(Shadow.shared(owner, captureRole));
        }
        if (text(table, 5).equals("t")) {
            throw new ShadowException(
                    quoted
                            + " is a partition: its shadow is that of the table that it is a part of");
        }
        if (!text(table, 4).isEmpty()) {
            statements.add(Shadow.dropTrigger(quoted));
        }
        statements.add(Shadow.trigger(quoted));
        return statements;
    }

    /// What takes the shadow of a table away, and what all shadows share if it is the last one.
    ///
    /// @param name as SQL names it, with its schema
    /// @return the statements, for one transaction
    /// @throws ShadowException if the table has none
    public List<String> removing(String name) throws ShadowException {
        List<@Nullable String> table = table(name);
        String quoted = text(table, 0);
        if (text(table, 4).isEmpty()) {
            throw new ShadowException(quoted + " has no shadow (see 'holdfast undo shadow-list')");
        }
        if (text(table, 5).equals("t")) {
            throw new ShadowException(
                    quoted
                            + " is a partition: remove the shadow of the table that it is a part of");
        }
        List<String> statements = new ArrayList<>();
        statements.add(Shadow.dropTrigger(quoted));
        if (text(rows(OTHERS, quoted, quoted).getFirst(), 0).equals("0")) {
            statements.addAll(Shadow.dropShared());
        }
        return statements;
    }

    /// Statements of [#installing] or [#removing] as [#run] would run them, for a person to look at.
    public static String script(List<String> statements) {
        return "BEGIN;\n%s;\n%s;\nCOMMIT;".formatted(LOCK_TIME, String.join(";\n", statements));
    }

    /// Runs statements of [#installing] or [#removing] in one transaction.
    ///
    /// @param name the table
    /// @param whole whether the table must have a whole shadow then
    /// @throws ShadowException if not all of them succeed; nothing was changed then
    public void run(List<String> statements, String name, boolean whole) throws ShadowException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            boolean done = false;
            statement.execute("BEGIN");
            try {
                statement.execute(LOCK_TIME);
                for (String sql : statements) {
                    statement.execute(sql);
                }
                if (whole && !isWhole(name)) {
                    throw new ShadowException(
                            "the shadow of %s would not be whole: something in the schema %s belongs to"
                                            .formatted(name, Shadow.SCHEMA)
                                    + " another role, or has grants that it must not have");
                }
                statement.execute("COMMIT");
                done = true;
            } finally {
                if (!done) {
                    statement.execute("ROLLBACK");
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// Every table with a shadow, by name.
    public List<Shadowed> all() throws ShadowException {
        List<Shadowed> all = new ArrayList<>();
        for (List<@Nullable String> row : rows(ALL, Shadow.NOTE, Shadow.NOTED)) {
            String state = text(row, 2).equals("D") ? "disabled" : "altered";
            all.add(new Shadowed(text(row, 0), text(row, 1).equals("t") ? "whole" : state));
        }
        return all;
    }

    private boolean isWhole(String table) throws ShadowException {
        return text(rows(STATE, Shadow.NOTE, Shadow.NOTED, table).getFirst(), 0).equals("t");
    }

    private List<@Nullable String> table(String name) throws ShadowException {
        List<List<@Nullable String>> found = rows(TABLE, name);
        if (found.isEmpty()) {
            throw new ShadowException(
                    "there is no table %s (expected: schema.name)".formatted(name));
        }
        return found.getFirst();
    }

    private List<List<@Nullable String>> rows(String sql, String... parameters)
            throws ShadowException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int place = 0; place < parameters.length; place++) {
                statement.setString(place + 1, parameters[place]);
            }
            try (ResultSet result = statement.executeQuery()) {
                return ResultTexts.of(result);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static ShadowException failed(SQLException e) {
        String hint =
                switch (String.valueOf(e.getSQLState())) {
                    case "42501" ->
                            ". The restore role needs CREATE on the database and TRIGGER on the table, and"
                                    + " must own it to remove a trigger; or run what --dry-run prints as"
                                    + " somebody who may (docs/operating/capture.md)";
                    case "55P03" ->
                            ". The table was in use for too long; try again when it is quieter";
                    default -> "";
                };
        return new ShadowException(
                "PostgreSQL: %s (SQLSTATE %s)%s".formatted(e.getMessage(), e.getSQLState(), hint),
                e);
    }

    private static String jdbc(String condition) {
        return condition.replace("$3", "?").replace("$4", "?");
    }

    private static String text(List<@Nullable String> row, int column) {
        @Nullable String text = row.get(column);
        return text == null ? "" : text;
    }
}
