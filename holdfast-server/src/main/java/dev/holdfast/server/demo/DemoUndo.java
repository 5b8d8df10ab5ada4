package dev.holdfast.server.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What the person at the terminal does: `holdfast undo apply`.
@FunctionalInterface
public interface DemoUndo {
    /// Undoes transactions of the journal, the newest first.
    ///
    /// @param configuration the gateway's
    /// @throws IOException if one of them cannot be undone whole
    void undo(Path configuration, List<String> transactions) throws IOException;
}
