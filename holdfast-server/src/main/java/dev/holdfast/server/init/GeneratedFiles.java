package dev.holdfast.server.init;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Files that are written together, open to their owner only. Nothing that is there is touched unless
/// that was asked for.
final class GeneratedFiles {
    private final Path directory;
    private final Map<String, String> contents = new LinkedHashMap<>();

    GeneratedFiles(Path directory) {
        this.directory = directory;
    }

    /// Adds a file.
    ///
    /// @param name relative to the directory
    GeneratedFiles add(String name, String content) {
        contents.put(name, content);
        return this;
    }

    /// Refuses where something would be overwritten. To be asked before long work begins, too.
    ///
    /// @throws IOException naming the first file that is there
    static void refuseExisting(Path directory, List<String> names) throws IOException {
        for (String name : names) {
            if (Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(
                        directory.resolve(name)
                                + " is there already; name another --output, or replace it with --force");
            }
        }
    }

    /// Writes all of them; each appears whole or not at all.
    ///
    /// @return the paths, in the order they were added
    List<Path> write(boolean overwrite) throws IOException {
        if (!overwrite) {
            refuseExisting(directory, List.copyOf(contents.keySet()));
        }
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, String> each : contents.entrySet()) {
            Path file = directory.resolve(each.getKey());
            makeDirectory(file.getParent());
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.deleteIfExists(part);
            Files.createFile(
                    part,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(
                    part,
                    each.getValue().getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING);
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            written.add(file);
        }
        return written;
    }

    private static void makeDirectory(@Nullable Path path) throws IOException {
        if (path != null && !Files.isDirectory(path)) {
            Files.createDirectories(
                    path,
                    PosixFilePermissions.asFileAttribute(
                            Set.copyOf(PosixFilePermissions.fromString("rwx------"))));
        }
    }
}
