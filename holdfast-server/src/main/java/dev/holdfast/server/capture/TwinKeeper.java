package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Meanwhile;
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
            "%s, facts.* FROM (%s) facts"
                    .formatted(Counters.PIN_FORMATS, CommitPoint.CLUSTER_QUERY);

    private final ImageJournal journal;
    private final Function<String, KeptTransaction.Outcome> resolver;
    private final CommitNotice notice;
    private final Map<String, TwinDatabase> databases = new HashMap<>();

    /// Looks at each capture role; what is wrong with one is logged, and nothing is written to its database.
    ///
    /// @param journal remains the caller's to close
    /// @param resolver finds out how a transaction of the journal ended, by its id, and writes it down
    /// @param notice is told before a transaction commits that uses people's word
    /// @param sources one for each database that has a capture role
    public TwinKeeper(
            ImageJournal journal,
            Function<String, KeptTransaction.Outcome> resolver,
            CommitNotice notice,
            Collection<TwinSource> sources) {
        this.journal = journal;
        this.resolver = resolver;
        this.notice = notice;
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
            WriteTransaction transaction, Measurement measured, WritingSession writer, Also also)
            throws ChangeRefusedException {
        TwinDatabase database = usable(transaction.principal());
        try {
            return new Keeping(transaction, measured, writer, database, also).kept();
        } catch (TwinGoneException _) {
            // A warm connection had been cut, by a restart perhaps. Nothing has been written yet.
            database.pool().forget();
        }
        try {
            return new Keeping(transaction, measured, writer, database, also).kept();
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
            new Restorability(writer, twin).require(tables);
            Examined examined =
                    new SampleReader(writer, twin, measured.transactionId()).read(tables);
            lease.isSound();
            return examined;
        }
    }

    /// One transaction on its way into the journal. What waits for different things goes on at the same
    /// time: PostgreSQL's log, the twin, the writer; then the journal's file, and whatever else must be on
    /// the disk.
    private final class Keeping {
        private final WriteTransaction transaction;
        private final Measurement measured;
        private final WritingSession writer;
        private final TwinDatabase database;
        private final Also also;
        private final TwinSource source;
        private ClusterFacts cluster = ClusterFacts.UNKNOWN;

        private Keeping(
                WriteTransaction transaction,
                Measurement measured,
                WritingSession writer,
                TwinDatabase database,
                Also also) {
            this.transaction = transaction;
            this.measured = measured;
            this.writer = writer;
            this.database = database;
            this.also = also;
            this.source = database.pool().source();
        }

        KeptTransaction kept() throws ChangeRefusedException, TwinGoneException {
            try (TwinPool.Lease lease = database.pool().lease();
                    Meanwhile<@Nullable Void> logged =
                            Meanwhile.begin("log-" + source.name(), this::syncLog)) {
                JdbcWritingSession twin = lease.session();
                try (Meanwhile<Described> described =
                                Meanwhile.begin("twin-" + source.name(), () -> described(twin));
                        JournalWriter images =
                                journal.begin(transaction, measured, preparedCluster())) {
                    List<CapturedTable> tables = described.result().orGone();
                    new Restorability(writer, twin).require(tables);
                    capture(twin).capture(tables, images);
                    // Before the seal: behind it the outcome may be asked for.
                    logged.result();
                    KeptTransaction kept = sealed(images);
                    lease.isSound();
                    return kept;
                }
            }
        }

        private @Nullable Void syncLog() throws ChangeRefusedException {
            database.logSync().await();
            return null;
        }

        private Described described(WritingSession twin) throws ChangeRefusedException {
            try {
                return new Described(
                        new TableReader(source.name(), source.role())
                                .read(measured, suspects(database, measured), twin),
                        null);
            } catch (TwinGoneException e) {
                return new Described(List.of(), e);
            }
        }

        private ClusterFacts preparedCluster() throws ChangeRefusedException {
            List<@Nullable String> row = writer.query(PREPARE, List.of()).getFirst();
            cluster = ClusterFacts.of(row.subList(row.size() - 2, row.size()));
            return cluster;
        }

        private TwinCapture capture(WritingSession twin) {
            return new TwinCapture(
                    writer,
                    twin,
                    measured.transactionId(),
                    database.mayBeHidden(),
                    KeyHints.of(transaction.statements()));
        }

        private KeptTransaction sealed(JournalWriter images) throws ChangeRefusedException {
            KeptTransaction kept = new JournaledTransaction(journal, images.id(), resolver);
            try (Meanwhile<@Nullable Void> besides =
                    Meanwhile.begin("also-" + source.name(), () -> durably(images.id()))) {
                images.seal();
                try {
                    besides.result();
                } catch (ChangeRefusedException | RuntimeException | Error e) {
                    kept.rolledBack();
                    throw e;
                }
                return kept;
            }
        }

        private @Nullable Void durably(String id) throws ChangeRefusedException {
            if (!transaction.approvals().isEmpty()) {
                notice.committing(
                        transaction.approvals(),
                        new CommitPoint(
                                measured.transactionId(), cluster.system(), cluster.timeline()));
            }
            also.durably(id);
            return null;
        }
    }

    /// @param gone why there are none: the twin did not answer
    private record Described(List<CapturedTable> tables, @Nullable TwinGoneException gone) {
        List<CapturedTable> orGone() throws TwinGoneException {
            if (gone != null) {
                throw gone;
            }
            return tables;
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
