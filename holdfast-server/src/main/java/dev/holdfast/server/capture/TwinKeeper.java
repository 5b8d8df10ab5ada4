package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.server.journal.ClusterFacts;
import dev.holdfast.server.journal.ImageJournal;
import dev.holdfast.server.journal.JournalWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keeps what transactions change in the undo journal, read through twin sessions. Safe for use by many
/// threads.
public final class TwinKeeper implements ChangeKeeper, AutoCloseable {
    /// Pins how values are written, and says where the transaction runs: two columns more, the last ones.
    private static final String PREPARE =
            "%s, facts.* FROM (%s) facts".formatted(Counters.PIN_FORMATS, ClusterFacts.QUERY);

    /// Makes PostgreSQL sync its log: a transaction of the twin's own, with nothing in it but a message for
    /// nobody, commits, and everything that was logged before is on the disk then. The id of the writer's
    /// transaction is among it.
    ///
    /// Without that a crash could forget that the id was ever given out, and PostgreSQL would give it to
    /// another transaction: asked later what became of ours, it would answer for the other one.
    private static final String SYNC_LOG =
            "SELECT pg_catalog.pg_logical_emit_message(true, 'holdfast', '')";

    private final ImageJournal journal;
    private final Function<String, KeptTransaction.Outcome> resolver;
    private final Map<String, TwinDatabase> databases = new HashMap<>();

    /// Looks at each capture role; what is wrong with one is logged, and nothing is written to its database.
    ///
    /// @param journal remains the caller's to close
    /// @param resolver finds out how a transaction of the journal ended, by its id, and writes it down
    /// @param sources one for each database that has a capture role
    public TwinKeeper(
            ImageJournal journal,
            Function<String, KeptTransaction.Outcome> resolver,
            Collection<TwinSource> sources) {
        this.journal = journal;
        this.resolver = resolver;
        sources.forEach(source -> databases.put(source.name(), new TwinDatabase(source)));
    }

    @Override
    public @Nullable Refusal unavailable(Principal principal) {
        TwinDatabase database = databases.get(principal.database());
        return database == null
                ? CaptureRefusals.noCaptureRole(principal.database())
                : database.refusal();
    }

    @Override
    public KeptTransaction keep(
            WriteTransaction transaction, Measurement measured, WritingSession writer)
            throws ChangeRefusedException {
        TwinDatabase database = usable(transaction.principal());
        try {
            return keep(transaction, measured, writer, database);
        } catch (TwinGoneException _) {
            // A warm connection had been cut, by a restart perhaps. Nothing has been written yet.
            database.pool().forget();
        }
        try {
            return keep(transaction, measured, writer, database);
        } catch (TwinGoneException e) {
            throw e.refused();
        }
    }

    private TwinDatabase usable(Principal principal) throws ChangeRefusedException {
        TwinDatabase database = databases.get(principal.database());
        Refusal refusal = unavailable(principal);
        if (database == null || refusal != null) {
            throw new ChangeRefusedException(
                    refusal == null
                            ? CaptureRefusals.noCaptureRole(principal.database())
                            : refusal);
        }
        return database;
    }

    @Override
    public Examined examine(Principal principal, Measurement measured, WritingSession writer)
            throws ChangeRefusedException {
        if (measured.transactionId().isEmpty()) {
            return new Examined(List.of(), List.of());
        }
        TwinDatabase database = usable(principal);
        try {
            return examine(measured, writer, database);
        } catch (TwinGoneException _) {
            database.pool().forget();
        }
        try {
            return examine(measured, writer, database);
        } catch (TwinGoneException e) {
            throw e.refused();
        }
    }

    private static Examined examine(
            Measurement measured, WritingSession writer, TwinDatabase database)
            throws ChangeRefusedException, TwinGoneException {
        try (TwinPool.Lease lease = database.pool().lease()) {
            JdbcWritingSession twin = lease.session();
            TwinSource source = database.pool().source();
            List<CapturedTable> tables =
                    new TableReader(source.name(), source.role())
                            .read(measured, suspects(database, measured), twin);
            Examined examined =
                    new SampleReader(writer, twin, measured.transactionId()).read(tables);
            lease.isSound();
            return examined;
        }
    }

    private KeptTransaction keep(
            WriteTransaction transaction,
            Measurement measured,
            WritingSession writer,
            TwinDatabase database)
            throws ChangeRefusedException, TwinGoneException {
        try (TwinPool.Lease lease = database.pool().lease()) {
            JdbcWritingSession twin = lease.session();
            TwinSource source = database.pool().source();
            List<CapturedTable> tables =
                    new TableReader(source.name(), source.role())
                            .read(measured, suspects(database, measured), twin);
            List<@Nullable String> row = writer.query(PREPARE, List.of()).getFirst();
            ClusterFacts cluster = ClusterFacts.of(row.subList(row.size() - 2, row.size()));
            TwinCapture capture = new TwinCapture(writer, twin, measured.transactionId());
            try (JournalWriter images = journal.begin(transaction, measured, cluster)) {
                capture.capture(tables, images);
                twin.query(SYNC_LOG, List.of());
                images.seal();
                lease.isSound();
                return new JournaledTransaction(journal, images.id(), resolver);
            }
        }
    }

    /// Tables in which changes may have gone uncounted.
    private static List<TableChange> suspects(TwinDatabase database, Measurement measured) {
        if (!database.mayBeHidden() && !measured.tables().isEmpty()) {
            return List.of();
        }
        return measured.uncounted().stream()
                .filter(change -> !change.traits().temporary())
                .toList();
    }

    @Override
    public void close() {
        databases.values().forEach(TwinDatabase::close);
    }
}
