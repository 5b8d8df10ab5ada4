package dev.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The data directories of running servers, each named by the process that owns it.
///
/// A test process that is killed leaves its servers running. The next one to start finds their
/// directories by the dead owner's number, ends those servers and deletes what they left.
final class PostgresDirectories {
    static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private PostgresDirectories() {}

    static Path create() throws IOException {
        Path running =
                Files.createDirectories(PostgresBinaries.cacheDirectory().resolve("running"));
        sweep(running);
        return Files.createTempDirectory(running, ProcessHandle.current().pid() + "-", OWNER_ONLY);
    }

    /// Copies a directory; every directory in the copy belongs to its owner alone.
    static void copy(Path source, Path target) throws IOException {
        for (Path from : deep(source)) {
            Path to = target.resolve(source.relativize(from));
            if (Files.isDirectory(from)) {
                Files.createDirectory(to, OWNER_ONLY);
            } else {
                Files.copy(from, to);
            }
        }
    }

    static void delete(Path directory) {
        try {
            for (Path path :
                    Files.exists(directory) ? deep(directory).reversed() : List.<Path>of()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
    }

    /// Everything in a directory, a parent before its children.
    private static List<Path> deep(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.toList();
        }
    }

    private static void sweep(Path running) throws IOException {
        List<Path> found;
        try (Stream<Path> directories = Files.list(running)) {
            found = directories.toList();
        }
        for (Path directory : found) {
            String owner = directory.getFileName().toString().replaceFirst("-.*", "");
            if (ProcessHandle.of(Long.parseLong(owner)).isEmpty()) {
                endServer(directory);
                delete(directory);
            }
        }
    }

    private static void endServer(Path directory) throws IOException {
        Path pidFile = directory.resolve("data/postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        // Numbers of processes are used again: only one that runs on this directory is ours.
        ProcessHandle.of(pid)
                .filter(server ->
                        server.info().commandLine().orElse("").contains(directory.toString()))
                .ifPresent(ProcessHandle::destroyForcibly);
    }
}
