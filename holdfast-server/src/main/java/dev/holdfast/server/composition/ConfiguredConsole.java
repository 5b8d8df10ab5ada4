package dev.holdfast.server.composition;

import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.people.ConsoleSession;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.Site;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.PersonSessions;
import dev.holdfast.server.web.WebServer;
import dev.holdfast.server.web.WebSettings;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The console that the configuration asks for.
final class ConfiguredConsole {
    private ConfiguredConsole() {}

    /// A console that runs, and the people who use it.
    record Open(WebServer server, People people) {}

    /// Starts it; null where none is asked for.
    static @Nullable Open start(ConsoleParts parts, Running running, Unwinding started)
            throws IOException {
        HoldfastConfiguration.Console console = running.configuration().console();
        if (console == null) {
            return null;
        }
        // Where the console is may be known only once it listens; who asks before then waits.
        CompletableFuture<Site> site = new CompletableFuture<>();
        People people =
                ConfiguredPeople.of(
                        running.configuration(), running.store(), running.audit(), site::join);
        LiveParts live =
                new LiveParts(
                        running,
                        people,
                        ConfiguredPeople.provider(running.configuration(), site::join));
        WebServer server =
                started.add(
                        WebServer.start(
                                WebSettings.of(
                                        console.host(),
                                        console.port(),
                                        console.url(),
                                        console.certificate(),
                                        console.key()),
                                new WebServer.Doors(
                                        sessions(people),
                                        new CheckedAgentLogins(
                                                running.agents(),
                                                running.configuration().limits(),
                                                running.clock())),
                                parts.errorPage(),
                                parts.routes(live)));
        site.complete(Site.of(server.url()));
        return new Open(server, people);
    }

    private static PersonSessions sessions(People people) {
        return (token, by) -> {
            ConsoleSession session = people.session(token);
            return session == null
                    ? null
                    : new Caller(session.person(), session.token(), session.csrf(), by);
        };
    }
}
