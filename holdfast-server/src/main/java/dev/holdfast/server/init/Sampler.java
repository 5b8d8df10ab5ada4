package dev.holdfast.server.init;

import dev.holdfast.sql.catalog.Relation;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/// Reads a few rows of a relation. Every look is a read-only transaction of its own that ends by itself,
/// waits for no lock and keeps nothing.
final class Sampler {
    private static final int VALUE_LENGTH_MAX = 4096;
    private static final int PAGES_FEW = 64;
    private static final int PAGES_MANY = 16_384;
    private static final int ROWS_PER_PAGE_GUESS = 50;
    private static final int LOCK_MILLIS_MAX = 1_000;
    private static final int RARE_VALUES_MAX = 50;

    private final Connection connection;
    private final SampleSettings settings;

    /// @param connection read-only, with auto-commit off
    Sampler(Connection connection, SampleSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /// Values without NULL by column; columns that are not worth looking at are left out.
    ///
    /// @param types what each column holds
    /// @throws SQLException if PostgreSQL refuses or does not answer in time
    Map<String, List<String>> values(
            Relation relation, RelationFacts facts, Map<String, ColumnType> types)
            throws SQLException {
        Map<String, ColumnType> sampled = new LinkedHashMap<>();
        types.forEach((column, type) -> {
            if (type.sampled() && facts.readable(column)) {
                sampled.put(column, type);
            }
        });
        if (sampled.isEmpty()) {
            return Map.of();
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        sampled.keySet().forEach(column -> values.put(column, new ArrayList<>()));
        try {
            limit();
            long rows = read(query(relation, facts, sampled, sample(facts)), values);
            if (rows < settings.rowsMax() / 4 && !sample(facts).isEmpty()) {
                values.values().forEach(List::clear);
                read(query(relation, facts, sampled, ""), values);
            }
            lookForRareValues(relation, facts, sampled, values);
        } finally {
            connection.rollback();
        }
        return values;
    }

    private void limit() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = " + settings.time().toMillis());
            statement.execute("SET LOCAL lock_timeout = " + LOCK_MILLIS_MAX);
            statement.execute("SET LOCAL search_path = pg_catalog");
        }
    }

    /// Which part of a relation to take: of a large one some pages, or else its oldest rows would
    /// stand for all.
    private String sample(RelationFacts facts) {
        if (facts.pages() <= PAGES_FEW) {
            return "";
        }
        double rowsPerPage =
                facts.rows() > 0 ? (double) facts.rows() / facts.pages() : ROWS_PER_PAGE_GUESS;
        double pages = Math.max(10, 3.0 * settings.rowsMax() / Math.max(rowsPerPage, 0.1));
        double percent = Math.min(100, 100 * pages / facts.pages());
        return String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.6f) REPEATABLE (1)", percent);
    }

    private String query(
            Relation relation,
            RelationFacts facts,
            Map<String, ColumnType> columns,
            String sample) {
        StringJoiner list = new StringJoiner(", ");
        columns.forEach((column, type) -> list.add(expression(column, type)));
        return "SELECT %s FROM %s%s%s LIMIT %d"
                .formatted(
                        list,
                        facts.storesRows() ? "ONLY " : "",
                        Identifiers.sql(relation.schema(), relation.name()),
                        sample,
                        settings.rowsMax());
    }

    private static String expression(String column, ColumnType type) {
        String name = Identifiers.quoted(column);
        String text =
                type == ColumnType.TEXT_ARRAY
                        ? "pg_catalog.array_to_string(" + name + ", E'\\n')"
                        : name + "::pg_catalog.text";
        return "pg_catalog.left(" + text + ", " + VALUE_LENGTH_MAX + ")";
    }

    private long read(String query, Map<String, List<String>> values) throws SQLException {
        long count = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                count++;
                int at = 0;
                for (List<String> column : values.values()) {
                    at++;
                    String value = rows.getString(at);
                    if (value != null && !value.isBlank()) {
                        column.add(value);
                    }
                }
            }
        }
        return count;
    }

    /// A second look at columns that are NULL in every row of the sample.
    private void lookForRareValues(
            Relation relation,
            RelationFacts facts,
            Map<String, ColumnType> columns,
            Map<String, List<String>> values)
            throws SQLException {
        if (facts.pages() > PAGES_MANY) {
            return;
        }
        for (Map.Entry<String, List<String>> each : values.entrySet()) {
            ColumnType type = columns.getOrDefault(each.getKey(), ColumnType.OTHER);
            if (each.getValue().isEmpty() && type.textual()) {
                read(
                        "SELECT %s FROM %s WHERE %s IS NOT NULL LIMIT %d"
                                .formatted(
                                        expression(each.getKey(), type),
                                        Identifiers.sql(relation.schema(), relation.name()),
                                        Identifiers.quoted(each.getKey()),
                                        RARE_VALUES_MAX),
                        Map.of(each.getKey(), each.getValue()));
            }
        }
    }
}
