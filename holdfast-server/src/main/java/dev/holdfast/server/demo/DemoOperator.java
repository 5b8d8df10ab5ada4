package dev.holdfast.server.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What the person at the terminal does, by the program's own commands.
public interface DemoOperator {
    /// `holdfast undo apply`: undoes transactions of the journal, the newest first.
    ///
    /// @param configuration the gateway's
    /// @throws IOException if one of them cannot be undone whole
    void undo(Path configuration, List<String> transactions) throws IOException;

    /// `holdfast user invite`, with the roles that a reviewer and operator needs.
    ///
    /// @return the address to open
    /// @throws IOException if nobody can be invited
    String invite(Path configuration, String name) throws IOException;
}
