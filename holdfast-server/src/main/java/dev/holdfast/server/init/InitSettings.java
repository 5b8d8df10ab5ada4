package dev.holdfast.server.init;

import java.nio.file.Path;
import java.util.List;

/// What `holdfast init` is asked to make.
///
/// @param output the directory that the files go to
/// @param agents the names of the agents, 1 or more
/// @param listenHost where agents will connect: a loopback address, since no certificate is made
/// @param listenPort 0 for a free one
/// @param adminPort 0 for a free one
/// @param overwrite whether files that are there may be replaced
/// @param createRoles whether the roles are made at once
public record InitSettings(
        Path output,
        List<String> agents,
        String listenHost,
        int listenPort,
        int adminPort,
        boolean overwrite,
        boolean createRoles,
        SampleSettings sample) {
    public InitSettings {
        agents = List.copyOf(agents);
    }
}
