package dev.holdfast.server.composition;

import dev.holdfast.server.capture.ShadowTables;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.undo.UndoRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// The shadows of one database, as its restore role sees them.
public final class OfflineShadows implements AutoCloseable {
    private final Connection connection;
    private final ShadowTables tables;

    private OfflineShadows(Connection connection, String restoreRole, String captureRole) {
        this.connection = connection;
        this.tables = new ShadowTables(connection, restoreRole, captureRole);
    }

    /// Connects.
    ///
    /// @param name of the database in the configuration; empty where there is only one
    /// @throws ConfigurationException with every problem found
    /// @throws UndoRefusedException if the database cannot be reached, or lacks a role
    /// @throws IOException if the name names none, or is needed
    public static OfflineShadows open(Path file, String name)
            throws ConfigurationException, UndoRefusedException, IOException {
        Database database = database(ConfigurationFile.read(file).databases(), name);
        String captureRole =
                OfflineUndo.role(
                                database,
                                database.capture(),
                                "capture",
                                "reads where rows were changed, and cleans up")
                        .role();
        String restoreRole =
                OfflineUndo.role(
                                database,
                                database.restore(),
                                "restore",
                                "owns what shadows are made of")
                        .role();
        return new OfflineShadows(OfflineUndo.connect(database), restoreRole, captureRole);
    }

    private static Database database(List<Database> databases, String name) throws IOException {
        if (name.isEmpty() && databases.size() == 1) {
            return databases.getFirst();
        }
        return databases.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IOException(
                                name.isEmpty()
                                        ? "say which database: --database NAME"
                                        : "database %s is not in the configuration"
                                                .formatted(name)));
    }

    /// What can be done with them.
    public ShadowTables tables() {
        return tables;
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("closing the connection: " + e.getMessage(), e);
        }
    }
}
