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
        /// Where people see and decide; empty where there is no console.
        default String console() {
            return "";
        }

        /// Invites a person who may do everything.
        ///
        /// @return where that person opens the invite, once; empty where there is no console
        /// @throws IOException if nobody can be invited
        default String invite(String person) throws IOException {
            return "";
        }

        /// Ends its sessions and stops listening.
        @Override
        void close();
    }
}
