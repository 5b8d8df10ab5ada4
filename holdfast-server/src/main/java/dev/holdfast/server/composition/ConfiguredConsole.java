package dev.holdfast.server.composition;

import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.web.AgentLogins;
import dev.holdfast.server.web.WebServer;
import dev.holdfast.server.web.WebSettings;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The console that the configuration asks for.
final class ConfiguredConsole {
    private ConfiguredConsole() {}

    /// Starts it; null where none is asked for.
    static @Nullable WebServer start(ConsoleParts parts, LiveParts live, Unwinding started)
            throws IOException {
        HoldfastConfiguration.Console console = live.configuration().console();
        if (console == null) {
            return null;
        }
        return started.add(
                WebServer.start(
                        WebSettings.of(
                                console.host(),
                                console.port(),
                                console.url(),
                                console.certificate(),
                                console.key()),
                        new WebServer.Doors(
                                (_, _) -> null, (_, _, _) -> AgentLogins.Outcome.REFUSED),
                        parts.errorPage(),
                        parts.routes(live)));
    }
}
