package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.RowLedger;
import dev.holdfast.server.capture.TwinKeeper;
import dev.holdfast.server.capture.TwinSource;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.journal.FileJournal;
import dev.holdfast.server.journal.Journal;
import dev.holdfast.server.journal.OutcomeQuestion;
import dev.holdfast.server.journal.OutcomeResolver;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoredRowLedger;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands behind every write: the undo journal, whoever fills it, and the count of rows.
///
/// @param keeper keeps what is changed
/// @param ledger counts it
/// @param journal where it is kept; null where nothing is
/// @param outcomes finds out how its transactions ended; null where nothing is kept
record KeptWrites(
        ChangeKeeper keeper,
        RowLedger ledger,
        @Nullable Journal journal,
        @Nullable OutcomeResolver outcomes) {
    /// Of one query of the capture role: as long as reading a very large table takes.
    private static final Duration STATEMENT_TIME = Duration.ofMinutes(10);

    /// While it waits, so does a transaction of an agent, with its locks.
    private static final Duration LOCK_TIME = Duration.ofSeconds(3);

    private static final int CONNECTIONS_MAX = 16;

    /// Opens all of it, if a database has a capture role; without one nothing is written, nothing kept.
    ///
    /// @throws IOException if the journal cannot be used: then nothing may run
    static KeptWrites open(
            HoldfastConfiguration configuration,
            AuditLog audit,
            InstantSource clock,
            ControlStore store,
            CommitNotice notice,
            Unwinding started)
            throws IOException {
        Map<String, TwinSource> sources = new LinkedHashMap<>();
        for (Database database : configuration.databases()) {
            ServiceRole role = database.capture();
            if (role != null) {
                sources.put(database.name(), source(database, role));
            }
        }
        if (sources.isEmpty()) {
            return new KeptWrites(new NothingKept(), new NothingKept(), null, null);
        }
        HoldfastConfiguration.Undo undo = configuration.undo();
        FileJournal journal =
                started.add(
                        FileJournal.open(
                                new FileJournal.Settings(
                                        undo.directory(),
                                        undo.retention(),
                                        undo.sizeMaxBytes(),
                                        undo.transactionSizeMaxBytes(),
                                        undo.encryptTo()),
                                clock));
        OutcomeResolver outcomes =
                started.add(new OutcomeResolver(journal, question(configuration), audit, clock));
        TwinKeeper keeper =
                started.add(new TwinKeeper(journal, outcomes::resolve, notice, sources.values()));
        return new KeptWrites(keeper, new StoredRowLedger(store, clock), journal, outcomes);
    }

    /// Asks a database what became of a transaction, as a role of Holdfast's own.
    static OutcomeQuestion question(HoldfastConfiguration configuration) {
        Map<String, TwinSource> sources = new LinkedHashMap<>();
        for (Database database : configuration.databases()) {
            ServiceRole capture = database.capture();
            ServiceRole role = capture == null ? database.restore() : capture;
            if (role != null) {
                sources.put(database.name(), source(database, role));
            }
        }
        return new OutcomeQuestion(database -> {
            TwinSource source = sources.get(database);
            if (source == null) {
                throw new SQLException(
                        database + " has neither a capture role nor a restore role",
                        OutcomeQuestion.NO_DATABASE);
            }
            return source.connect();
        });
    }

    /// Begins to find out how transactions ended of which that is not known.
    ///
    /// @throws IOException if the journal cannot be read
    void resolveOutcomes(OutcomeResolver.Listener listener) throws IOException {
        if (outcomes != null) {
            outcomes.begin(listener);
        }
    }

    static TwinSource source(Database database, ServiceRole role) {
        CatalogSource address =
                CatalogAnalyst.source(
                        database, new AgentDatabase(database.name(), role.role(), role.password()));
        return new TwinSource(
                address.name(),
                address.server(),
                address.database(),
                address.properties(),
                address.role(),
                address.password(),
                STATEMENT_TIME,
                LOCK_TIME,
                CONNECTIONS_MAX);
    }
}
