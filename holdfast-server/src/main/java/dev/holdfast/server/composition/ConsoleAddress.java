package dev.holdfast.server.composition;

import dev.holdfast.server.config.HoldfastConfiguration.Console;

/// Where people open a console that may not run yet.
final class ConsoleAddress {
    private ConsoleAddress() {}

    /// The URL, without a slash at its end; of use only where `console.url` is set or the port is fixed.
    static String of(Console console) {
        if (!console.url().isEmpty()) {
            return console.url();
        }
        return "%s://localhost:%d"
                .formatted(console.certificate() == null ? "http" : "https", console.port());
    }
}
