package dev.holdfast.server.config;

import java.nio.file.Path;

/// One thing that is wrong with the configuration.
///
/// @param file the file as it was named
/// @param line 1-based; 0 where the problem is the file as a whole
/// @param column 1-based; 0 where the problem is the file as a whole
/// @param path where in the document, `agents[2].policy`; empty for the document itself
/// @param message what is wrong and what is expected; never a secret
public record Problem(Path file, int line, int column, String path, String message) {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return text.append(message).toString();
    }
}
