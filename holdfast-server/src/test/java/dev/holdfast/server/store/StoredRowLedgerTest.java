package dev.holdfast.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredRowLedgerTest {
    private static final Principal CLEANER = new Principal("cleaner", "shop", "cleaning");
    private static final RowLimits HOUR_100 = new RowLimits(0, 0, 100, 0, 0);
    private static final RowLimits TASK_100 = new RowLimits(0, 0, 0, 100, 0);

    @TempDir private Path directory;
    private final AtomicLong now = new AtomicLong(1_770_000_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
    private @Nullable ControlStore store;

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    private StoredRowLedger ledger() {
        ControlStore opened = openStore();
        store = opened;
        return new StoredRowLedger(opened, clock);
    }

    /// The same one at each call, empty at first.
    ControlStore openStore() {
        return TakerProgram.store(place());
    }

    /// Where it is, as [TakerProgram] takes it.
    List<String> place() {
        return List.of(directory.resolve("state/holdfast.db").toString());
    }

    private void pass(Duration time) {
        now.addAndGet(time.toMillis());
    }

    @Test
    void takesUpToTheLimitOfAnyHourAndSaysWhenThereIsRoomAgain() {
        StoredRowLedger ledger = ledger();
        assertThat(ledger.take(CLEANER, 60, HOUR_100)).isNull();
        pass(Duration.ofMinutes(30));
        assertThat(ledger.take(CLEANER, 40, HOUR_100)).isNull();
        pass(Duration.ofMinutes(29));

        Refusal refusal = ledger.take(CLEANER, 1, HOUR_100);
        assertThat(refusal).isNotNull();
        assertThat(refusal.rule()).isEqualTo("limit.rows-per-hour");
        assertThat(refusal.code().sqlState()).isEqualTo("54000");
        assertThat(refusal.detail())
                .contains("it changes 1 rows, 100 were changed in the last 60 minutes, 100 may be");
        assertThat(refusal.hint())
                .contains("at 2026-02-02T03:40:01Z")
                .contains("0 rows may be changed now");

        pass(Duration.ofMinutes(1).plusSeconds(1));
        assertThat(ledger.take(CLEANER, 60, HOUR_100)).isNull();
        assertThat(ledger.take(CLEANER, 1, HOUR_100)).isNotNull();
    }

    @Test
    void theTasksLimitIsNeverResetNeitherByTimeNorByARestart() {
        assertThat(ledger().take(CLEANER, 100, TASK_100)).isNull();
        close();
        pass(Duration.ofDays(400));
        Refusal refusal = ledger().take(CLEANER, 1, TASK_100);
        assertThat(refusal).isNotNull();
        assertThat(refusal.rule()).isEqualTo("limit.rows-per-task");
        assertThat(refusal.detail())
                .contains("it changes 1 rows, 100 were changed for the task before, 100 may be");
    }

    @Test
    void whatWasRefusedIsNotCountedAndWhatIsGivenBackIsNotEither() {
        StoredRowLedger ledger = ledger();
        assertThat(ledger.take(CLEANER, 101, HOUR_100)).isNotNull();
        assertThat(ledger.take(CLEANER, 101, TASK_100)).isNotNull();
        assertThat(ledger.take(CLEANER, 100, HOUR_100.and(TASK_100))).isNull();
        ledger.giveBack(CLEANER, 30);
        assertThat(ledger.take(CLEANER, 31, HOUR_100)).isNotNull();
        assertThat(ledger.take(CLEANER, 31, TASK_100)).isNotNull();
        assertThat(ledger.take(CLEANER, 30, HOUR_100.and(TASK_100))).isNull();
    }

    @Test
    void whatIsGivenBackNeverMakesTheRestCountForLess() {
        StoredRowLedger ledger = ledger();
        ledger.take(CLEANER, 50, HOUR_100);
        pass(Duration.ofMinutes(50));
        ledger.take(CLEANER, 50, HOUR_100);
        ledger.giveBack(CLEANER, 50);
        pass(Duration.ofMinutes(11));
        assertThat(ledger.take(CLEANER, 51, HOUR_100)).isNotNull();
        ledger.giveBack(CLEANER, 1_000_000);
        assertThat(ledger.take(CLEANER, 101, TASK_100)).isNotNull();
        assertThat(ledger.take(CLEANER, 100, TASK_100)).isNull();
    }

    @Test
    void countsAgentsAndDatabasesApartAndRowsThatNoLimitWasSetForToo() {
        StoredRowLedger ledger = ledger();
        assertThat(ledger.take(CLEANER, 1_000, RowLimits.NONE)).isNull();
        assertThat(ledger.take(CLEANER, 1, HOUR_100)).isNotNull();
        assertThat(ledger.take(new Principal("cleaner", "other", ""), 100, HOUR_100)).isNull();
        assertThat(ledger.take(new Principal("other", "shop", ""), 100, HOUR_100)).isNull();
        assertThat(ledger.take(CLEANER, Long.MAX_VALUE, HOUR_100)).isNotNull();
    }

    @Test
    void aClockThatGoesBackwardsRefuses() {
        StoredRowLedger ledger = ledger();
        assertThat(ledger.take(CLEANER, 60, HOUR_100)).isNull();
        pass(Duration.ofSeconds(-3));
        assertThat(ledger.take(CLEANER, 40, HOUR_100)).isNull();
        pass(Duration.ofHours(-2));
        Refusal refusal = ledger.take(CLEANER, 1, HOUR_100);
        assertThat(refusal).isNotNull();
        assertThat(refusal.rule()).isEqualTo("limit.ledger-unavailable");
        pass(Duration.ofHours(2).plusSeconds(3));
        assertThat(ledger.take(CLEANER, 1, HOUR_100)).isNotNull();
    }

    @Test
    void ofManyThreadsNotOneSlipsThrough() throws InterruptedException {
        StoredRowLedger ledger = ledger();
        AtomicLong taken = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            threads.add(Thread.ofPlatform().start(() -> takeAll(ledger, taken)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(taken).hasValue(100);
    }

    private static void takeAll(StoredRowLedger ledger, AtomicLong taken) {
        for (int i = 0; i < 20; i++) {
            if (ledger.take(CLEANER, 1, HOUR_100) == null) {
                taken.incrementAndGet();
            }
        }
    }

    @Test
    void ofTwoProcessesNotOneSlipsThrough() throws IOException, InterruptedException {
        File errors = directory.resolve("errors").toFile();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-cp",
                                    System.getProperty("java.class.path", "."),
                                    TakerProgram.class.getName()));
            command.addAll(place());
            processes.add(
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.appendTo(errors))
                            .start());
        }
        long taken = 0;
        for (Process process : processes) {
            String printed =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            assertThat(process.waitFor()).as(Files.readString(errors.toPath())).isZero();
            taken += Long.parseLong(printed);
        }
        assertThat(taken).isEqualTo(TakerProgram.MAX);
    }
}
