package dev.holdfast.server.oracle;

import dev.holdfast.server.oracle.Observed.Lock;
import dev.holdfast.server.oracle.Observed.Rows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/// Looks at a session before a trial and after it, and tells what changed between.
///
/// The counters are read as experiments showed that they must be: after a forced flush, in the same
/// transaction, with deferred constraints settled. Where they are blind (TRUNCATE), contents are
/// counted.
final class Observer {
    /// Rows that only keep track of rows elsewhere, or that upkeep changes.
    private static final Set<String> FOLLOWING =
            Set.of(
                    "pg_depend",
                    "pg_shdepend",
                    "pg_description",
                    "pg_shdescription",
                    "pg_init_privs");

    private final Connection connection;
    private final String superuser;
    private final Session session;
    private final Map<String, String> settings;
    private final Map<Long, Table> tables;
    private final Map<Long, String> definitions;
    private final Map<String, Privilege> privileges;
    private Map<String, String> sequences;

    private record Session(
            @Nullable String transaction,
            String settings,
            Map<String, String> sequences,
            Set<String> held,
            int advisoryLocks,
            Map<String, Lock> locks) {}

    /// @param filenode of its contents; 0 where it has none
    /// @param count its rows without those of its children
    /// @param owned whether it is a sequence that a column owns
    private record Table(String name, String kind, long filenode, long count, boolean owned) {}

    private record Privilege(boolean builtIn, @Nullable String text) {}

    /// Takes what the database is now for the state before every trial.
    Observer(Connection connection, String superuser) throws SQLException {
        this.connection = connection;
        this.superuser = superuser;
        run("BEGIN");
        run("SET LOCAL search_path = pg_catalog, pg_temp");
        this.tables = new HashMap<>();
        for (List<@Nullable String> row : rows(Observations.RELATIONS)) {
            if (text(row.get(1)).equals("pg_catalog")) {
                continue;
            }
            String name = Observed.qualified(text(row.get(1)), text(row.get(2)));
            String kind = text(row.get(3));
            long count = "rpm".contains(kind) ? count(name) : 0;
            tables.put(
                    Long.valueOf(text(row.get(0))),
                    new Table(
                            name,
                            kind,
                            Long.parseLong(text(row.get(4))),
                            count,
                            Objects.equals(row.get(9), "t")));
        }
        this.definitions = definitions();
        this.privileges = privileges();
        run("ROLLBACK");
        run("DISCARD ALL");
        run("BEGIN");
        this.session = session();
        this.sequences = session.sequences();
        this.settings = settings();
        run("ROLLBACK");
    }

    /// What the open transaction has done. Ends in a session that acts as superuser again.
    Observed observe() throws SQLException {
        boolean ended =
                connection.unwrap(BaseConnection.class).getTransactionState()
                        != TransactionState.OPEN;
        Map<String, String> changedSettings = new TreeMap<>();
        List<@Nullable String> actors = rows("SELECT current_user, session_user").getFirst();
        if (!superuser.equals(actors.get(0)) || !superuser.equals(actors.get(1))) {
            changedSettings.put("role", text(actors.get(0)));
            run("RESET SESSION AUTHORIZATION");
            run("RESET ROLE");
        }
        Session now = session();
        if (!now.settings().equals(session.settings())) {
            Map<String, String> values = settings();
            Set<String> names = new TreeSet<>(settings.keySet());
            names.addAll(values.keySet());
            for (String name : names) {
                String value = values.getOrDefault(name, "");
                if (!value.equals(settings.getOrDefault(name, ""))) {
                    changedSettings.put(name, value);
                }
            }
        }
        Set<String> advanced = new TreeSet<>();
        now.sequences()
                .forEach((name, value) -> {
                    String before = sequences.get(name);
                    if (before != null && !before.equals(value)) {
                        advanced.add(name);
                    }
                });
        Contents contents = now.transaction() == null || ended ? Contents.nothing() : contents();
        Set<String> held = new TreeSet<>(now.held());
        held.removeAll(session.held());
        Map<String, Lock> locks = new TreeMap<>(now.locks());
        locks.keySet().removeAll(contents.defined());
        return new Observed(
                contents.rows(),
                contents.emptied(),
                contents.defined(),
                contents.altered(),
                contents.dropped(),
                contents.catalogs(),
                contents.privileges(),
                advanced,
                changedSettings,
                held,
                now.advisoryLocks(),
                locks,
                ended);
    }

    /// How many rows each table has before every trial, without those of its children.
    Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        tables.values().forEach(table -> counts.put(table.name(), table.count()));
        return counts;
    }

    /// After a rollback: sequences stay where they were moved to.
    void forget() throws SQLException {
        sequences = sequences(rows(Observations.SEQUENCES).getFirst().getFirst());
    }

    private record Contents(
            Map<String, Rows> rows,
            Set<String> emptied,
            Set<String> defined,
            Set<String> altered,
            Set<String> dropped,
            Set<String> catalogs,
            boolean privileges) {
        static Contents nothing() {
            return new Contents(Map.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), false);
        }
    }

    private Contents contents() throws SQLException {
        run("SET LOCAL search_path = pg_catalog, pg_temp");
        Map<String, Rows> rows = new TreeMap<>();
        Set<String> catalogs = new TreeSet<>();
        Set<String> defined = new TreeSet<>();
        Set<String> emptied = new TreeSet<>();
        Map<Long, String> names = new HashMap<>();
        for (List<@Nullable String> row : rows(Observations.RELATIONS)) {
            String name = Observed.qualified(text(row.get(1)), text(row.get(2)));
            Rows changed =
                    new Rows(
                            Long.parseLong(text(row.get(5))),
                            Long.parseLong(text(row.get(6))),
                            Long.parseLong(text(row.get(7))));
            boolean any = changed.inserted() + changed.changed() > 0;
            if (text(row.get(1)).equals("pg_catalog")) {
                if (any) {
                    catalogs.add(text(row.get(2)));
                }
                continue;
            }
            long oid = Long.parseLong(text(row.get(0)));
            Table before = tables.get(oid);
            names.put(oid, before == null ? name : before.name());
            if (any) {
                rows.put(names.getOrDefault(oid, name), changed);
            }
            if (before == null) {
                if (!Objects.equals(row.get(9), "t")) {
                    defined.add(name);
                }
            } else if (before.count() > 0
                    && before.filenode() != Long.parseLong(text(row.get(4)))
                    && (!Objects.equals(row.get(8), "t") || count(name) < before.count())) {
                emptied.add(before.name());
            }
        }
        catalogs.removeIf(each -> FOLLOWING.contains(each) && catalogs.size() > 1);
        Set<String> dropped = new TreeSet<>();
        Set<String> altered = new TreeSet<>();
        boolean privilegesChanged = false;
        if (!catalogs.isEmpty()) {
            tables.forEach((oid, table) -> {
                if (!names.containsKey(oid) && !table.owned()) {
                    dropped.add(table.name());
                }
            });
            definitions()
                    .forEach((oid, definition) -> {
                        String before = definitions.get(oid);
                        if (before != null && !before.equals(definition)) {
                            altered.add(names.getOrDefault(oid, Long.toString(oid)));
                        }
                    });
            privilegesChanged = privilegesChanged();
        }
        return new Contents(rows, emptied, defined, altered, dropped, catalogs, privilegesChanged);
    }

    private boolean privilegesChanged() throws SQLException {
        for (Map.Entry<String, Privilege> each : privileges().entrySet()) {
            Privilege before = privileges.get(each.getKey());
            boolean same =
                    before == null ? !each.getValue().builtIn() : before.equals(each.getValue());
            if (!same) {
                return true;
            }
        }
        return false;
    }

    private Map<Long, String> definitions() throws SQLException {
        Map<Long, String> found = new HashMap<>();
        for (List<@Nullable String> row : rows(Observations.DEFINITIONS)) {
            found.put(Long.valueOf(text(row.get(0))), text(row.get(1)));
        }
        return found;
    }

    private Map<String, Privilege> privileges() throws SQLException {
        Map<String, Privilege> found = new HashMap<>();
        for (List<@Nullable String> row : rows(Observations.PRIVILEGES)) {
            found.put(text(row.get(0)), new Privilege(Objects.equals(row.get(1), "t"), row.get(2)));
        }
        return found;
    }

    private Map<String, String> settings() throws SQLException {
        Map<String, String> found = new HashMap<>();
        for (List<@Nullable String> row : rows(Observations.SETTINGS)) {
            found.put(text(row.get(0)), row.get(1) == null ? "" : text(row.get(1)));
        }
        return found;
    }

    private Session session() throws SQLException {
        List<@Nullable String> row = rows(Observations.SESSION).getFirst();
        Set<String> held = new HashSet<>();
        for (String[] line : lines(row.get(3))) {
            held.add(line[0]);
        }
        Map<String, Lock> locks = new TreeMap<>();
        for (String[] line : lines(row.get(5))) {
            locks.merge(
                    Observed.qualified(line[0], line[1]),
                    Lock.ofMode(line[2]),
                    (a, b) -> a.compareTo(b) > 0 ? a : b);
        }
        return new Session(
                row.get(0),
                text(row.get(1)),
                sequences(row.get(2)),
                held,
                Integer.parseInt(text(row.get(4))),
                locks);
    }

    private static Map<String, String> sequences(@Nullable String lines) {
        Map<String, String> values = new TreeMap<>();
        for (String[] line : lines(lines)) {
            values.put(Observed.qualified(line[0], line[1]), line[2]);
        }
        return values;
    }

    private static List<String[]> lines(@Nullable String text) {
        List<String[]> lines = new ArrayList<>();
        if (text != null) {
            for (String line : text.split("\n", -1)) {
                lines.add(line.split("\t", -1));
            }
        }
        return lines;
    }

    private long count(String table) throws SQLException {
        return Long.parseLong(text(rows("SELECT count(*) FROM ONLY " + table).getFirst().get(0)));
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<List<@Nullable String>> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>(columns);
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private static String text(@Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("NULL where a value was expected");
        }
        return value;
    }
}
