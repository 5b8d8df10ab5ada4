package dev.holdfast.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real file system without space: a small tmpfs, which only root can mount.
class FullDiskIT {
    @TempDir private Path directory;

    @Test
    void closesTheGateWhenTheDiskIsFullAndLosesNothingThatWasTaken()
            throws IOException, InterruptedException {
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", at()),
                "tmpfs can be mounted");
        try {
            Path ballast = Files.write(directory.resolve("ballast"), new byte[1900 << 10]);
            long taken = 0;
            try (JsonLinesAuditLog log =
                    JsonLinesAuditLog.open(
                            new JsonLinesAuditLog.Settings(
                                    directory, 1 << 20, Duration.ofMillis(10), 1024),
                            InstantSource.system(),
                            _ -> {})) {
                while (log.available()) {
                    if (log.record(JsonLinesAuditLogTest.entry("select $1", taken))) {
                        taken++;
                    }
                }
                assertThat(log.record(JsonLinesAuditLogTest.entry("select $1", taken))).isFalse();
                assertThat(log.failures()).isPositive();

                Files.delete(ballast);
                await().atMost(Duration.ofSeconds(10)).until(log::available);
            }
            List<String> lines =
                    Files.readAllLines(JsonLinesAuditLogTest.files(directory).getFirst());
            assertThat(lines).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
            assertThat(lines.stream().map(line -> line.replaceAll("^.\"seq\":([0-9]+),.*", "$1")))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, lines.size())
                                    .mapToObj(Long::toString)
                                    .toList());
            assertThat(
                            lines.stream()
                                    .map(line ->
                                            line.replaceAll("^.*\"session\":([0-9]+),.*", "$1")))
                    .containsAll(LongStream.range(0, taken).mapToObj(Long::toString).toList());
        } finally {
            assertThat(succeeds("umount", at())).isTrue();
        }
    }

    private String at() {
        return directory.toString();
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException _) {
            return false;
        }
    }
}
