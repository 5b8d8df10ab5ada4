package dev.holdfast.server.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Sees the journal's files appear and grow, and the record grow behind them.
final class FileWatch implements AutoCloseable {
    private final Thread thread;
    private volatile boolean over;

    private FileWatch(Path journal, Path record, Consumer<Step> seen) {
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("file-watch")
                        .unstarted(() -> watch(journal, record, seen));
    }

    static FileWatch start(Path journal, Path record, Consumer<Step> seen) {
        FileWatch watch = new FileWatch(journal, record, seen);
        watch.thread.start();
        return watch;
    }

    private void watch(Path journal, Path record, Consumer<Step> seen) {
        long journalBytes = bytes(journal);
        long recordBytes = bytes(record);
        boolean kept = false;
        while (!over) {
            long journalNow = bytes(journal);
            if (journalNow > journalBytes) {
                kept = true;
                seen.accept(Step.JOURNAL);
            }
            long recordNow = bytes(record);
            if (recordNow > recordBytes && kept) {
                kept = false;
                seen.accept(Step.RECORD);
            }
            journalBytes = journalNow;
            recordBytes = recordNow;
            nap();
        }
    }

    private static void nap() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// A file counts one more than its size, so that an empty one is seen.
    private static long bytes(Path directory) {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(FileWatch::size).sum();
        } catch (IOException | UncheckedIOException _) {
            // Something was removed meanwhile: the next look sees it.
            return 0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) + 1 : 0;
        } catch (IOException _) {
            return 0;
        }
    }

    @Override
    public void close() {
        over = true;
    }
}
