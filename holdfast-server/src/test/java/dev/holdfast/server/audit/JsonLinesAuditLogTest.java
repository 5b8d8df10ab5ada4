package dev.holdfast.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.audit.AuditEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesAuditLogTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-11-25T10:00:00Z"));

    @TempDir private Path directory;

    @Test
    void writesAnEntryAsOneLineOfJson() throws Exception {
        try (JsonLinesAuditLog log = open(1 << 20, 64)) {
            assertThat(log.record(entry("select \"a\\b\"\nfrom t where x = $1", 7))).isTrue();
        }
        assertThat(lines())
                .containsExactly(
                        "{\"seq\":1,\"time\":\"2026-11-25T10:00:00.000007Z\",\"session\":7,"
                                + "\"agent\":\"reporter\",\"database\":\"shop\","
                                + "\"statement\":\"select \\\"a\\\\b\\\"\\nfrom t where x = $1\","
                                + "\"decision\":\"allow\",\"rule\":\"read-only.read\","
                                + "\"outcome\":\"ok\",\"sqlstate\":\"00000\",\"rows\":3,"
                                + "\"duration_us\":420}");
    }

    @Test
    void keepsTheFileToItsOwner() throws Exception {
        Path inside = directory.resolve("made/here");
        try (JsonLinesAuditLog log = open(inside, 1 << 20, 64)) {
            assertThat(log.record(entry("select 1", 1))).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside)))
                    .isEqualTo("rwx------");
            assertThat(files(inside))
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void numbersOnAfterARestartAndAcrossFiles() throws Exception {
        for (int run = 0; run < 3; run++) {
            try (JsonLinesAuditLog log = open(2_000, 64)) {
                for (int i = 0; i < 20; i++) {
                    recordEvenIfFull(log, entry("select " + "x".repeat(40), i));
                }
            }
        }
        assertThat(files(directory)).hasSizeGreaterThan(2);
        assertThat(sequences())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 60).boxed().toList());
    }

    @Test
    void setsATornLastLineOffFromTheNextEntry() throws Exception {
        try (JsonLinesAuditLog log = open(1 << 20, 64)) {
            assertThat(log.record(entry("select 1", 1))).isTrue();
        }
        Path file = files(directory).getFirst();
        Files.writeString(file, "{\"seq\":2,\"ti", StandardOpenOption.APPEND);
        try (JsonLinesAuditLog log = open(1 << 20, 64)) {
            assertThat(log.record(entry("select 2", 2))).isTrue();
        }
        assertThat(lines()).hasSize(3);
        assertThat(lines().get(1)).isEqualTo("{\"seq\":2,\"ti");
        assertThat(lines().get(2)).startsWith("{\"seq\":2,\"time\":");
    }

    @Test
    void refusesEntriesBeyondItsQueue() throws Exception {
        // Of eight places one agent may take four.
        EntryRing ring = new EntryRing(8, 1_000);
        for (int i = 0; i < 4; i++) {
            assertThat(ring.offer(entry("select 1", i))).isTrue();
        }
        assertThat(ring.offer(entry("select 1", 5))).isFalse();
        assertThat(ring.poll()).isNotNull();
        assertThat(ring.offer(entry("x".repeat(1_001), 6))).isFalse();
        assertThat(ring.offer(entry("select 1", 7))).isTrue();
    }

    @Test
    void losesAndDoublesNothingBetweenManyThreads() throws IOException, InterruptedException {
        int threads = 4;
        int each = 20_000;
        try (JsonLinesAuditLog log = open(64 << 20, 256)) {
            List<Thread> producers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int producer = t;
                producers.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    for (int i = 0; i < each; i++) {
                                        long session = (long) producer * each + i;
                                        recordEvenIfFull(log, entry("select 1", session));
                                    }
                                }));
            }
            for (Thread producer : producers) {
                producer.join();
            }
        }
        assertThat(lines().stream().map(line -> number(line, "session")).sorted())
                .containsExactlyElementsOf(
                        LongStream.range(0, (long) threads * each).boxed().toList());
        assertThat(sequences()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void closesTheGateWhileItsFileIsGoneAndWritesOn() throws Exception {
        try (JsonLinesAuditLog log = open(1 << 20, 64)) {
            assertThat(log.record(entry("select 1", 1))).isTrue();
            await().until(() -> log.written() == 1);
            Files.delete(files(directory).getFirst());
            await().atMost(Duration.ofSeconds(5)).until(() -> !log.available());
            assertThat(log.failures()).isPositive();
            await().atMost(Duration.ofSeconds(5)).until(log::available);
            assertThat(log.record(entry("select 2", 2))).isTrue();
        }
        assertThat(sequences()).containsExactly(2L);
    }

    /// Nobody syncs here but for the one who waits: if the entries of others make the writer forget, it waits
    /// in vain.
    @Test
    void forgetsNobodyWhoWaitsForTheDisk() throws Exception {
        try (JsonLinesAuditLog log = open(directory, 1 << 30, 1_024, Duration.ofHours(1));
                ExecutorService others = Executors.newSingleThreadExecutor()) {
            AtomicBoolean enough = new AtomicBoolean();
            others.submit(() -> {
                while (!enough.get()) {
                    log.record(entry("select 2", 2));
                    LockSupport.parkNanos(10_000);
                }
            });
            boolean all =
                    IntStream.range(0, 500).allMatch(_ -> log.recordDurably(entry("select 1", 1)));
            enough.set(true);
            assertThat(all).isTrue();
        }
    }

    @Test
    void refusesADirectoryThatAnotherGatewayHas() throws Exception {
        try (JsonLinesAuditLog log = open(1 << 20, 64)) {
            assertThat(log.available()).isTrue();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> open(1 << 20, 64))
                    .withMessageContaining("another gateway");
        }
    }

    @Test
    void refusesToStartWhereItCannotWrite() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(file.resolve("below"), 1 << 20, 64));
    }

    private JsonLinesAuditLog open(long fileBytesMax, int entriesMax) throws IOException {
        return open(directory, fileBytesMax, entriesMax);
    }

    private static JsonLinesAuditLog open(Path where, long fileBytesMax, int entriesMax)
            throws IOException {
        return open(where, fileBytesMax, entriesMax, Duration.ofMillis(50));
    }

    private static JsonLinesAuditLog open(
            Path where, long fileBytesMax, int entriesMax, Duration syncInterval)
            throws IOException {
        return JsonLinesAuditLog.open(
                new JsonLinesAuditLog.Settings(where, fileBytesMax, syncInterval, entriesMax),
                CLOCK,
                _ -> {});
    }

    static AuditEntry entry(String statement, long session) {
        return new AuditEntry(
                CLOCK.millis() * 1_000 + session,
                session,
                "reporter",
                "shop",
                statement,
                "allow",
                "read-only.read",
                "ok",
                "00000",
                3,
                420);
    }

    private static void recordEvenIfFull(JsonLinesAuditLog log, AuditEntry entry) {
        while (!log.record(entry)) {
            Thread.onSpinWait();
        }
    }

    private List<String> lines() throws IOException {
        return files(directory).stream()
                .flatMap(file -> {
                    try {
                        return Files.readAllLines(file).stream();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private List<Long> sequences() throws IOException {
        return lines().stream().map(line -> number(line, "seq")).toList();
    }

    private static long number(String line, String name) {
        String rest = line.substring(line.indexOf("\"" + name + "\":") + name.length() + 3);
        return Long.parseLong(rest.substring(0, rest.indexOf(',')));
    }

    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
        }
    }
}
