package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.server.audit.JsonLinesAuditLog;
import dev.holdfast.server.capture.JdbcWritingSession;
import dev.holdfast.server.capture.TwinKeeper;
import dev.holdfast.server.capture.TwinSource;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.catalog.PostgresLogin;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.config.PolicyYaml;
import dev.holdfast.server.journal.FileJournal;
import dev.holdfast.server.journal.Journal;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.undo.Reversal;
import dev.holdfast.server.undo.UndoRefusedException;
import dev.holdfast.server.undo.UndoReport;
import dev.holdfast.server.undo.UndoWish;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Undoing beside a gateway that runs, or without one: the journal is read and added to as a guest, and
/// what is done is recorded in a directory `undo-commands` of the record's own; or, in the process of a
/// gateway, in that gateway's record.
public final class OfflineUndo implements AutoCloseable {
    private static final String RECORD = "undo-commands";
    private static final Duration STATEMENT_TIME = Duration.ofHours(1);
    private static final Duration LOCK_TIME = Duration.ofSeconds(10);

    private final HoldfastConfiguration configuration;
    private final PolicyFile policies;
    private final FileJournal journal;
    private final @Nullable AuditLog record;

    private OfflineUndo(
            HoldfastConfiguration configuration,
            PolicyFile policies,
            FileJournal journal,
            @Nullable AuditLog record) {
        this.configuration = configuration;
        this.policies = policies;
        this.journal = journal;
        this.record = record;
    }

    /// Reads the configuration and opens the journal.
    ///
    /// @throws ConfigurationException with every problem found
    /// @throws IOException if the journal cannot be read
    public static OfflineUndo open(Path file) throws ConfigurationException, IOException {
        return open(ConfigurationFile.read(file), null);
    }

    /// Opens the journal of a gateway that runs in this process.
    ///
    /// @param record the gateway's own; null for one in a directory of its own
    /// @throws ConfigurationException if the policies cannot be read
    /// @throws IOException if the journal cannot be read
    static OfflineUndo open(HoldfastConfiguration configuration, @Nullable AuditLog record)
            throws ConfigurationException, IOException {
        Path policyFile = configuration.policyFile();
        PolicyFile policies = policyFile == null ? PolicyFile.NONE : PolicyYaml.read(policyFile);
        HoldfastConfiguration.Undo undo = configuration.undo();
        return new OfflineUndo(
                configuration,
                policies,
                FileJournal.openAsGuest(
                        new FileJournal.Settings(
                                undo.directory(),
                                undo.retention(),
                                undo.sizeMaxBytes(),
                                undo.transactionSizeMaxBytes(),
                                undo.encryptTo()),
                        InstantSource.system()),
                record);
    }

    /// What is kept.
    public Journal journal() {
        return journal;
    }

    /// Whether a policy keeps a column from its agents. What the policy is unknown of is kept.
    public boolean masks(String policy, String schema, String table, String column) {
        PolicyDefinition definition = policies.policy(policy);
        return definition != null
                && definition.denyColumns().stream()
                        .anyMatch(pattern -> pattern.matches(schema, table, column));
    }

    /// Undoes one transaction.
    ///
    /// @param identities age identities that may read it
    /// @throws UndoRefusedException if it was not done; nothing was changed then
    /// @throws IOException if the journal, the record or the database cannot be used
    public UndoReport undo(String id, List<String> identities, UndoWish wish)
            throws UndoRefusedException, IOException {
        try (JournalReader reader = journal.open(id, identities)) {
            Database database = database(reader.entry().principal().database());
            try (Connection connection = connect(database);
                    TwinKeeper keeper =
                            new TwinKeeper(
                                    journal,
                                    // Its outcome is asked for by the gateway, and by the next
                                    // start of one.
                                    _ -> KeptTransaction.Outcome.AMBIGUOUS,
                                    CommitNotice.OF_NOTHING_APPROVED,
                                    List.of(twin(database)));
                    Unwinding own = new Unwinding()) {
                AuditLog audit = record == null ? own.add(ownRecord()) : record;
                return new Reversal(
                                connection,
                                JdbcWritingSession::new,
                                keeper,
                                audit,
                                InstantSource.system())
                        .undo(reader, wish);
            } catch (SQLException e) {
                throw new IOException("closing the connection: " + e.getMessage(), e);
            }
        }
    }

    private JsonLinesAuditLog ownRecord() throws IOException {
        HoldfastConfiguration.Audit settings = configuration.audit();
        return JsonLinesAuditLog.open(
                new JsonLinesAuditLog.Settings(
                        settings.directory().resolve(RECORD),
                        settings.fileSizeMaxBytes(),
                        settings.syncInterval(),
                        settings.queueEntriesMax()),
                InstantSource.system(),
                _ -> {});
    }

    private Database database(String name) throws UndoRefusedException {
        return configuration.databases().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new UndoRefusedException(
                                "database %s is not in the configuration".formatted(name),
                                "It was when the transaction was kept. Name the"
                                        + " configuration that has it with --config."));
    }

    /// As the restore role.
    static Connection connect(Database database) throws UndoRefusedException {
        ServiceRole restore = role(database, database.restore(), "restore", "writes rows back");
        CatalogSource source = source(database, restore);
        Properties all =
                PostgresLogin.properties(
                        source.properties(),
                        source.database(),
                        restore.role(),
                        restore.password().reveal(),
                        "undo");
        all.setProperty("binaryTransfer", "false");
        try {
            return DriverManager.getConnection(source.server(), all);
        } catch (SQLException e) {
            throw new UndoRefusedException(
                    "database %s cannot be reached as %s (SQLSTATE %s)"
                            .formatted(database.name(), restore.role(), e.getSQLState()),
                    "Start the database, or check the role and its password.",
                    e);
        }
    }

    private static TwinSource twin(Database database) throws UndoRefusedException {
        ServiceRole capture =
                role(
                        database,
                        database.capture(),
                        "capture",
                        "reads rows before the undo changes them, so that it can be undone itself");
        CatalogSource source = source(database, capture);
        return new TwinSource(
                database.name(),
                source.server(),
                source.database(),
                source.properties(),
                capture.role(),
                capture.password()::reveal,
                STATEMENT_TIME,
                LOCK_TIME,
                1);
    }

    static ServiceRole role(
            Database database, @Nullable ServiceRole role, String setting, String purpose)
            throws UndoRefusedException {
        if (role == null) {
            throw new UndoRefusedException(
                    "database %s has no %s role".formatted(database.name(), setting),
                    "Give `databases[].%s` a role and its password in the configuration: it %s."
                            .formatted(setting, purpose));
        }
        return role;
    }

    private static CatalogSource source(Database database, ServiceRole role) {
        return CatalogAnalyst.source(
                database, new AgentDatabase(database.name(), role.role(), role.password()));
    }

    @Override
    public void close() {
        journal.close();
    }
}
