package dev.holdfast.server.demo;

import java.io.IOException;
import java.nio.file.Path;

/// Starts the program as `holdfast serve --config FILE` does. The demo has no other way in: what it
/// shows is what runs in production.
@FunctionalInterface
public interface GatewayStarter {
    /// Returns when agents can connect.
    ///
    /// @throws IOException when the configuration is refused or a port is taken
    Gateway start(Path configuration) throws IOException;

    /// A gateway that runs.
    interface Gateway extends AutoCloseable {
        /// Ends its sessions and stops listening.
        @Override
        void close();
    }
}
