package dev.holdfast.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.server.journal.JournalEntry.State;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes that are killed while they write the journal, and disks that refuse more.
class JournalFaultIT {
    private static final int KILLS = Integer.getInteger("holdfast.journal.kills", 4);

    private static final List<State> SEALED = List.of(State.PENDING, State.COMMITTED);

    @TempDir private Path directory;

    @Test
    void afterAKillEveryTransactionIsWholeOrPlainlyNotSealed()
            throws IOException, InterruptedException {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Boolean> told = new HashMap<>();
        int unsealed = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = keeper(List.of(), 2_000);
            int linesBefore = 2 + random.nextInt(40);
            List<String> lines = new ArrayList<>();
            try (BufferedReader output = output(process)) {
                for (int i = 0; i < linesBefore; i++) {
                    lines.add(output.readLine());
                }
                Thread.sleep(random.nextInt(20));
                // Not Process's own: that closes the stream.
                process.toHandle().destroyForcibly();
                process.waitFor();
                // What it said before it died counts as well.
                output.lines().forEach(lines::add);
            }
            for (String line : lines) {
                if (line.startsWith("+")) {
                    told.put(line.substring(1), true);
                } else {
                    told.putIfAbsent(line, false);
                }
            }
            unsealed = check(told, "seed " + seed + ", kill " + kill);
        }
        assertThat(told).hasSizeGreaterThan(KILLS);
        assertThat(unsealed).as("kills in the middle of a file, seed %d", seed).isPositive();
    }

    /// @return how many files are not sealed
    private int check(Map<String, Boolean> told, String when) throws IOException {
        Map<String, JournalEntry> entries = new HashMap<>();
        int unsealed = 0;
        try (FileJournal journal = Kept.open(directory)) {
            for (JournalEntry entry : journal.list()) {
                entries.put(entry.id(), entry);
                if (entry.state() == State.UNSEALED) {
                    unsealed++;
                    assertThatExceptionOfType(JournalDamagedException.class)
                            .isThrownBy(() -> journal.open(entry.id(), List.of()));
                } else {
                    assertThat(entry.state()).as(when).isIn(State.PENDING, State.COMMITTED);
                    assertThat(Kept.pieces(journal, entry.id())).as(when).hasSizeGreaterThan(1);
                }
            }
        }
        for (Map.Entry<String, Boolean> each : told.entrySet()) {
            JournalEntry entry = entries.get(each.getKey());
            assertThat(entry).as("%s: %s, which was sealed", when, each.getKey()).isNotNull();
            assertThat(entry.state())
                    .as("%s: %s", when, each.getKey())
                    .isIn(each.getValue() ? List.of(State.COMMITTED) : SEALED);
        }
        return unsealed;
    }

    @Test
    void aFileThatMayNotGrowFurtherRefusesTheTransaction()
            throws IOException, InterruptedException {
        // 64 KiB for each file, by the kernel's own limit.
        Process process =
                keeper(
                        List.of("bash", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "limited"),
                        200_000);
        try (BufferedReader output = output(process)) {
            List<String> lines = output.lines().toList();
            assertThat(lines).contains(KeeperProgram.REFUSED + "undo.journal-unavailable");
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        try (FileJournal journal = Kept.open(directory)) {
            assertThat(journal.list())
                    .allSatisfy(entry ->
                            assertThat(entry.state()).isIn(State.PENDING, State.COMMITTED));
        }
    }

    private Process keeper(List<String> prefix, int rowsMax) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path", "."),
                        KeeperProgram.class.getName(),
                        directory.toString(),
                        Integer.toString(rowsMax)));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
