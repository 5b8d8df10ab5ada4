package dev.holdfast.server.catalog;

import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.CatalogScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.parser.SqlParser;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One database's catalog, kept up to date by a thread of its own.
///
/// Until the first snapshot is there nothing can be judged. A snapshot that could not be compared with
/// the database for [#UNCONFIRMED_MAX] is given up: what it says may no longer be true.
public final class DatabaseCatalog implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DatabaseCatalog.class);
    private static final Duration UNCONFIRMED_MAX = Duration.ofMinutes(10);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final CatalogSource source;
    private final AnalysisScope scope;
    private final SqlParser parser;
    private final Duration refresh;
    private final InstantSource clock;
    private final Thread watcher;
    private final CountDownLatch triedOnce = new CountDownLatch(1);
    private final Semaphore asks = new Semaphore(0);

    /// Done with the look at the database that begins next.
    private final AtomicReference<CompletableFuture<Void>> next =
            new AtomicReference<>(new CompletableFuture<>());

    private volatile @Nullable Known known;
    private volatile Instant confirmedAt = Instant.MIN;

    /// @param analyzer judges by this snapshot
    private record Known(CatalogSnapshot snapshot, StatementAnalyzer analyzer) {}

    private DatabaseCatalog(
            CatalogSource source,
            AnalysisScope scope,
            SqlParser parser,
            Duration refresh,
            InstantSource clock) {
        this.source = source;
        this.scope = scope;
        this.parser = parser;
        this.refresh = refresh;
        this.clock = clock;
        this.watcher = Thread.ofVirtual().name("catalog-" + source.name()).unstarted(this::watch);
    }

    /// Starts reading; returns at once.
    ///
    /// @param scope what policy allows
    /// @param parser reads the code of the database's functions
    /// @param refresh how often to look for changes
    public static DatabaseCatalog start(
            CatalogSource source,
            AnalysisScope scope,
            SqlParser parser,
            Duration refresh,
            InstantSource clock) {
        DatabaseCatalog catalog = new DatabaseCatalog(source, scope, parser, refresh, clock);
        catalog.watcher.start();
        return catalog;
    }

    /// What judges statements of this database now: another object after each change of the catalog;
    /// null while there is no snapshot.
    public @Nullable StatementAnalyzer analyzer() {
        Known now = known;
        return now == null ? null : now.analyzer();
    }

    /// The snapshot in force; null while there is none.
    public @Nullable CatalogSnapshot snapshot() {
        Known now = known;
        return now == null ? null : now.snapshot();
    }

    /// Looks at the database at once, because something was defined there.
    ///
    /// @return done when what stood in the database at this moment is known; not done while the
    ///     database cannot be read
    public CompletionStage<Void> refreshNow() {
        CompletableFuture<Void> looked = next.get();
        asks.release();
        return looked.copy();
    }

    /// Waits until the catalog has been read or could not be read for the first time.
    ///
    /// @param limit how long to wait at most
    public void awaitFirstTry(Duration limit) {
        try {
            boolean tried = triedOnce.await(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!tried) {
                LOGGER.warn("database {}: its catalog is not read yet", source.name());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try {
            while (true) {
                try (Connection connection = source.connect()) {
                    follow(connection);
                } catch (SQLException | RuntimeException e) {
                    failed(e);
                    triedOnce.countDown();
                }
                TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Connection connection) throws SQLException, InterruptedException {
        while (true) {
            CompletableFuture<Void> looked = next.getAndSet(new CompletableFuture<>());
            try {
                look(connection);
            } catch (SQLException | RuntimeException e) {
                // Who waits goes on waiting, for the first look that succeeds.
                next.get().thenRun(() -> looked.complete(null));
                throw e;
            }
            looked.complete(null);
            awaitNextLook();
        }
    }

    private void look(Connection connection) throws SQLException {
        Known now = known;
        if (now == null || !CatalogLoader.fingerprint(connection).equals(now.snapshot().digest())) {
            load(connection);
        }
        confirmedAt = clock.instant();
    }

    /// Ends early where somebody asks for a look.
    private void awaitNextLook() throws InterruptedException {
        boolean asked = asks.tryAcquire(refresh.toMillis(), TimeUnit.MILLISECONDS);
        if (asked) {
            asks.drainPermits();
        }
    }

    private void load(Connection connection) throws SQLException {
        long began = System.nanoTime();
        CatalogSnapshot snapshot = CatalogLoader.load(connection, clock);
        known =
                new Known(
                        snapshot, new StatementAnalyzer(CatalogScope.of(snapshot, scope), parser));
        triedOnce.countDown();
        LOGGER.info(
                "database {}: catalog read in {} ms",
                source.name(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private void failed(Exception e) {
        boolean first = confirmedAt.equals(Instant.MIN);
        boolean expired = !first && confirmedAt.plus(UNCONFIRMED_MAX).isBefore(clock.instant());
        if (known == null || expired) {
            if (expired) {
                known = null;
                confirmedAt = Instant.MIN;
            }
            LOGGER.warn(
                    "database {}: its catalog cannot be read, so nothing is judged: {}",
                    source.name(),
                    e.getMessage());
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
