package dev.holdfast.server.fault;

import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.journal.FileJournal;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.journal.RelationImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// Takes transactions back by nothing but what their journal holds, as superuser and without triggers: a
/// proof that the images suffice, which shares no code with `holdfast undo`.
final class Reversal {
    private static final String NULL = "\\N";

    private Reversal() {}

    /// Takes one back.
    static void undo(FileJournal journal, String id, Connection superuser)
            throws IOException, SQLException {
        Map<RelationImage, Rows> relations = read(journal, id);
        try (Statement statement = superuser.createStatement()) {
            statement.execute(
                    """
                    BEGIN; SET LOCAL session_replication_role = replica;
                    SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = postgres;
                    SET LOCAL TimeZone = 'UTC'\
                    """);
            for (Map.Entry<RelationImage, Rows> each : relations.entrySet()) {
                RelationImage image = each.getKey();
                for (String line : each.getValue().after()) {
                    int deleted = statement.executeUpdate(delete(image, line));
                    if (deleted != 1) {
                        throw new IllegalStateException(
                                id
                                        + ": "
                                        + deleted
                                        + " rows (expected: 1) are what it left: "
                                        + image.name()
                                        + " "
                                        + line);
                    }
                }
                insert(image, each.getValue().before(), superuser);
            }
            statement.execute("COMMIT");
        }
    }

    private record Rows(List<String> before, List<String> after) {}

    private static Map<RelationImage, Rows> read(FileJournal journal, String id)
            throws IOException {
        Map<RelationImage, Rows> relations = new LinkedHashMap<>();
        try (JournalReader reader = journal.open(id, List.of())) {
            Rows rows = new Rows(new ArrayList<>(), new ArrayList<>());
            for (JournalReader.@Nullable Piece piece = reader.next();
                    piece != null;
                    piece = reader.next()) {
                switch (piece) {
                    case JournalReader.Relation(RelationImage image) ->
                            rows =
                                    relations.computeIfAbsent(
                                            image,
                                            _ -> new Rows(new ArrayList<>(), new ArrayList<>()));
                    case JournalReader.Before(byte[] line) -> rows.before().add(text(line));
                    case JournalReader.After(byte[] line) -> rows.after().add(text(line));
                }
            }
        }
        return relations;
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }

    /// A row is deleted where every column that is not computed is what the transaction left.
    private static String delete(RelationImage image, String line) {
        String[] values = line.split("\t", -1);
        String condition =
                stored(image)
                        .mapToObj(at -> condition(image.columns().get(at), values[at + 1]))
                        .collect(Collectors.joining(" AND "));
        return "DELETE FROM ONLY %s WHERE %s".formatted(name(image), condition);
    }

    private static String condition(ColumnImage column, String value) {
        return value.equals(NULL)
                ? quoted(column.name()) + " IS NULL"
                : "%s = %s::%s".formatted(quoted(column.name()), literal(value), column.type());
    }

    /// COPY's escapes are, for the values that the workload has, those of an E string.
    private static String literal(String value) {
        return "E'" + value.replace("'", "''") + "'";
    }

    private static void insert(RelationImage image, List<String> lines, Connection connection)
            throws SQLException, IOException {
        if (lines.isEmpty()) {
            return;
        }
        String columns =
                stored(image)
                        .mapToObj(at -> quoted(image.columns().get(at).name()))
                        .collect(Collectors.joining(", "));
        String data =
                lines.stream()
                        .map(line -> {
                            String[] values = line.split("\t", -1);
                            return stored(image)
                                    .mapToObj(at -> values[at + 1])
                                    .collect(Collectors.joining("\t"));
                        })
                        .collect(Collectors.joining("\n", "", "\n"));
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                        "COPY %s (%s) FROM STDIN".formatted(name(image), columns),
                        new ByteArrayInputStream(data.getBytes(StandardCharsets.UTF_8)));
    }

    private static IntStream stored(RelationImage image) {
        return IntStream.range(0, image.columns().size())
                .filter(at -> !image.columns().get(at).generated());
    }

    private static String name(RelationImage image) {
        return quoted(image.schema()) + "." + quoted(image.name());
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }
}
