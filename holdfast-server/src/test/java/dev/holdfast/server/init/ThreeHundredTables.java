package dev.holdfast.server.init;

import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;

/// The database that `three-hundred-tables.txt` describes, made from a seed, and what is true of it.
public final class ThreeHundredTables {
    private static final Pattern TABLE =
            Pattern.compile(
                    "(partitioned )?([a-z]+)\\.(\"[^\"]+\"|[\\w{},]+) (\\d+)( \\d+)?( restricted)?: (.+)");
    private static final Pattern VIEW =
            Pattern.compile("(view|materialized) (\\S+)( !leaks)?: (.+)");
    private static final Pattern FUNCTION =
            Pattern.compile("function (\\S+\\(\\S*\\)) (\\S+): (.+)");
    private static final Pattern COLUMN =
            Pattern.compile("(\"[^\"]+\"|\\S+) (.+?) (\\S+?)(?: !([A-Z_]+))?");

    private final List<String> definitions = new ArrayList<>();
    private final List<String> afterwards = new ArrayList<>();
    private final Map<String, List<Column>> rows = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private final Map<String, Map<String, Category>> personal = new LinkedHashMap<>();
    private final Set<String> restricted = new LinkedHashSet<>();
    private final Set<String> leaking = new LinkedHashSet<>();
    private final Set<String> schemas = new LinkedHashSet<>();
    private int tables;

    private record Column(String name, String type, String values) {}

    private ThreeHundredTables() {}

    /// Reads the description.
    public static ThreeHundredTables read() {
        ThreeHundredTables tables = new ThreeHundredTables();
        try (InputStream in =
                Objects.requireNonNull(
                        ThreeHundredTables.class.getResourceAsStream("three-hundred-tables.txt"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(tables::line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tables;
    }

    /// Columns that agents should not see, by relation in policy form, with what they hold.
    Map<String, Map<String, Category>> personal() {
        return personal;
    }

    /// Relations in which agents have no business.
    public Set<String> restricted() {
        return restricted;
    }

    /// Views that show what their readers should not see.
    public Set<String> leaking() {
        return leaking;
    }

    /// Tables and partitions.
    int tables() {
        return tables;
    }

    private void line(String line) {
        Matcher view = VIEW.matcher(line);
        Matcher function = FUNCTION.matcher(line);
        Matcher table = TABLE.matcher(line);
        if (view.matches()) {
            String kind = view.group(1).equals("view") ? "VIEW" : "MATERIALIZED VIEW";
            afterwards.add("CREATE %s %s AS %s".formatted(kind, view.group(2), view.group(4)));
            if (view.group(3) != null) {
                leaking.add(view.group(2));
            }
        } else if (function.matches()) {
            afterwards.add(
                    "CREATE FUNCTION %s RETURNS %s STABLE LANGUAGE sql AS $f$%s$f$"
                            .formatted(function.group(1), function.group(2), function.group(3)));
        } else if (table.matches()) {
            schemas.add(table.group(2));
            for (String name : expanded(table.group(3))) {
                table(table, name);
            }
        } else {
            throw new IllegalArgumentException(line);
        }
    }

    private static List<String> expanded(String name) {
        int open = name.indexOf('{');
        if (open < 0) {
            return List.of(name);
        }
        List<String> names = new ArrayList<>();
        for (String each : name.substring(open + 1, name.indexOf('}')).split(",", -1)) {
            names.add(name.substring(0, open) + each);
        }
        return names;
    }

    private void table(Matcher table, String name) {
        String relation = table.group(2) + "." + name;
        List<Column> columns = new ArrayList<>();
        Map<String, Category> secrets = new LinkedHashMap<>();
        for (String each : table.group(7).split(", ", -1)) {
            Matcher column = COLUMN.matcher(each);
            if (!column.matches()) {
                throw new IllegalArgumentException(each);
            }
            String columnName = column.group(1);
            columns.add(new Column(columnName, column.group(2), column.group(3)));
            if (column.group(4) != null) {
                secrets.put(columnName.replace("\"", ""), Category.valueOf(column.group(4)));
            }
        }
        boolean partitioned = table.group(1) != null;
        int partitions = partitioned ? Integer.parseInt(table.group(4)) : 0;
        counts.put(
                relation,
                partitioned
                        ? partitions * Integer.parseInt(table.group(5).strip())
                        : Integer.parseInt(table.group(4)));
        rows.put(relation, columns);
        personal.put(relation, secrets);
        if (table.group(6) != null) {
            restricted.add(relation);
        }
        tables += 1 + partitions;
        StringJoiner definition = new StringJoiner(", ");
        columns.forEach(column -> definition.add(column.name() + " " + column.type()));
        definitions.add(
                "CREATE TABLE %s (%s)%s"
                        .formatted(
                                relation,
                                definition,
                                partitioned ? " PARTITION BY RANGE (day)" : ""));
        for (int month = 1; month <= partitions; month++) {
            definitions.add(
                    "CREATE TABLE %s_2025_%02d PARTITION OF %s FOR VALUES FROM ('2025-%02d-01') TO ('%s')"
                            .formatted(
                                    relation,
                                    month,
                                    relation,
                                    month,
                                    LocalDate.of(2025, month, 1).plusMonths(1)));
        }
    }

    /// Makes the database and fills it.
    public void create(DisposablePostgres postgres, String database) throws SQLException {
        postgres.createDatabase(database);
        try (Connection connection = postgres.connectAsSuperuser(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String schema : schemas) {
                statement.execute("CREATE SCHEMA IF NOT EXISTS " + schema);
            }
            for (String definition : definitions) {
                statement.execute(definition);
            }
            for (Map.Entry<String, List<Column>> table : rows.entrySet()) {
                fill(connection, table.getKey(), table.getValue());
            }
            for (String definition : afterwards) {
                statement.execute(definition);
            }
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("ANALYZE");
        }
    }

    private void fill(Connection connection, String relation, List<Column> columns)
            throws SQLException {
        FixtureValues values = new FixtureValues(new SplittableRandom(relation.hashCode()));
        StringBuilder text = new StringBuilder();
        int count = counts.getOrDefault(relation, 0);
        for (int row = 0; row < count; row++) {
            StringJoiner line = new StringJoiner("\t");
            for (Column column : columns) {
                String value = values.next(column.values(), row);
                line.add(value == null ? "\\N" : value.replace("\\", "\\\\"));
            }
            text.append(line).append('\n');
        }
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + relation + " FROM STDIN", new StringReader(text.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(relation, e);
        }
    }
}
