package dev.holdfast.server.undo;

import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.journal.RelationImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// Streams the images of one transaction into temporary tables. They are made, and filled, before the
/// transaction of the undo begins: what happens in that one is measured, and must be rows of the
/// journal's tables and nothing else.
final class ImageLoader {
    private static final int CHUNK_BYTES = 64 << 10;

    private final Connection connection;
    private final TargetTables tables;
    private final UndoWish wish;
    private final Map<RelationImage, TargetTable> loaded = new LinkedHashMap<>();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    private long number;

    ImageLoader(Connection connection, TargetTables tables, UndoWish wish) {
        this.connection = connection;
        this.tables = tables;
        this.wish = wish;
    }

    /// Loads what is wanted.
    ///
    /// @return the tables that are wanted, in the journal's order
    List<TargetTable> load(JournalReader reader)
            throws SQLException, IOException, UndoRefusedException {
        @Nullable CopyIn copy = null;
        try {
            for (JournalReader.Piece piece = reader.next(); piece != null; piece = reader.next()) {
                switch (piece) {
                    case JournalReader.Relation(RelationImage image) -> {
                        finish(copy);
                        copy = begin(image);
                    }
                    case JournalReader.Before(byte[] line) -> append(copy, 'b', line);
                    case JournalReader.After(byte[] line) -> append(copy, 'a', line);
                }
            }
            finish(copy);
            copy = null;
        } finally {
            if (copy != null && copy.isActive()) {
                copy.cancelCopy();
            }
        }
        for (TargetTable table : loaded.values()) {
            execute("ANALYZE " + table.images());
        }
        return new ArrayList<>(loaded.values());
    }

    private @Nullable CopyIn begin(RelationImage image) throws SQLException, UndoRefusedException {
        if (!wish.wants(image.schema(), image.name())) {
            return null;
        }
        TargetTable table = loaded.get(image);
        if (table == null) {
            table = tables.find(loaded.size() + 1, image);
            loaded.put(image, table);
            create(table);
        }
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table.images() + " FROM STDIN");
    }

    private void create(TargetTable table) throws SQLException {
        StringBuilder columns = new StringBuilder();
        List<String> names =
                table.image().columns().stream().map(column -> Sql.name(column.name())).toList();
        for (int i = 0; i < names.size(); i++) {
            columns.append(", t.").append(names.get(i)).append(" AS c").append(i + 1);
        }
        execute(
                """
                CREATE TEMP TABLE %s AS
                SELECT NULL::"char" AS side, NULL::bigint AS n, NULL::tid AS place%s
                FROM ONLY %s t WITH NO DATA
                """
                        .formatted(unqualified(table.images()), columns, table.name()));
        execute(
                """
                CREATE TEMP TABLE %s (id bigint GENERATED ALWAYS AS IDENTITY, b bigint, a bigint,
                  here boolean NOT NULL, same boolean, back boolean,
                  chosen boolean NOT NULL DEFAULT true, refused "char",
                  op "char" NOT NULL DEFAULT '-', forced boolean NOT NULL DEFAULT false)
                """
                        .formatted(unqualified(table.plan())));
    }

    private static String unqualified(String temporary) {
        return temporary.substring("pg_temp.".length());
    }

    private void append(@Nullable CopyIn copy, char side, byte[] line) throws SQLException {
        if (copy == null) {
            return;
        }
        number++;
        byte[] head = (side + "\t" + number + "\t").getBytes(StandardCharsets.US_ASCII);
        put(copy, head);
        put(copy, line);
        put(copy, new byte[] {'\n'});
    }

    private void put(CopyIn copy, byte[] bytes) throws SQLException {
        if (filled + bytes.length > chunk.length) {
            flush(copy);
            if (bytes.length > chunk.length) {
                copy.writeToCopy(bytes, 0, bytes.length);
                return;
            }
        }
        System.arraycopy(bytes, 0, chunk, filled, bytes.length);
        filled += bytes.length;
    }

    private void flush(CopyIn copy) throws SQLException {
        copy.writeToCopy(chunk, 0, filled);
        filled = 0;
    }

    private void finish(@Nullable CopyIn copy) throws SQLException {
        if (copy != null) {
            flush(copy);
            copy.endCopy();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
