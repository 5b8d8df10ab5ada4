package dev.holdfast.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What concerns the store's file.
class SqliteStoreTest {
    private static final Principal CLEANER = new Principal("cleaner", "shop", "cleaning");
    private static final RowLimits HOUR_100 = new RowLimits(0, 0, 100, 0, 0);

    @TempDir private Path directory;
    private ControlStore store;

    @BeforeEach
    void open() {
        store = new ControlStore(file());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private StoredRowLedger ledger() {
        return new StoredRowLedger(
                store, InstantSource.fixed(Instant.ofEpochMilli(1_770_000_000_000L)));
    }

    private Path file() {
        return directory.resolve("state/holdfast.db");
    }

    @Test
    void aStoreThatIsNoneRefusesAndOneThatIsRepairedServes() throws IOException {
        Files.createDirectories(directory.resolve("state"));
        Files.writeString(file(), "this is no database, ".repeat(100));
        StoredRowLedger ledger = ledger();
        Refusal refusal = ledger.take(CLEANER, 1, HOUR_100);
        assertThat(refusal).isNotNull();
        assertThat(refusal.rule()).isEqualTo("limit.ledger-unavailable");
        assertThat(refusal.toString()).doesNotContain(directory.toString());
        Files.delete(file());
        assertThat(ledger.take(CLEANER, 1, HOUR_100)).isNull();
    }

    @Test
    void aStoreThatVanishesRefusesAndIsNotBegunAnew() throws IOException {
        StoredRowLedger ledger = ledger();
        assertThat(ledger.take(CLEANER, 60, HOUR_100)).isNull();
        Path state = directory.resolve("state");
        Path away = directory.resolve("away");
        Files.move(state, away);
        Refusal refusal = ledger.take(CLEANER, 1, HOUR_100);
        assertThat(refusal).isNotNull();
        assertThat(refusal.rule()).isEqualTo("limit.ledger-unavailable");
        assertThat(state).doesNotExist();
        Files.move(away, state);
        assertThat(ledger.take(CLEANER, 60, HOUR_100)).isNotNull();
        assertThat(ledger.take(CLEANER, 40, HOUR_100)).isNull();
    }

    @Test
    void nobodyElseMayReadIt() throws IOException {
        ledger().take(CLEANER, 1, HOUR_100);
        try (Stream<Path> files = Files.list(directory.resolve("state"))) {
            assertThat(files)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(path ->
                            assertThat(Files.getPosixFilePermissions(path))
                                    .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
    }
}
