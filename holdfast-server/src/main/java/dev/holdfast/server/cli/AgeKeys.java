package dev.holdfast.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of `--identity`.
final class AgeKeys {
    private AgeKeys() {}

    /// @param file as `age-keygen` writes it; null where none is given
    static List<String> read(@Nullable Path file) throws IOException {
        if (file == null) {
            return List.of();
        }
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("AGE-SECRET-KEY-"))
                .toList();
    }
}
