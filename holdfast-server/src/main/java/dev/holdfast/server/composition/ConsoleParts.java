package dev.holdfast.server.composition;

import dev.holdfast.server.web.ErrorPage;
import dev.holdfast.server.web.Routes;
import java.util.List;

/// What the console serves, made of the parts of a Holdfast that runs. Given by whoever starts it: what is
/// served knows these parts, not the other way round.
public interface ConsoleParts {
    /// Nothing but the door.
    ConsoleParts NONE =
            new ConsoleParts() {
                @Override
                public List<Routes> routes(LiveParts parts) {
                    return List.of();
                }

                @Override
                public ErrorPage errorPage() {
                    return (status, message, hint) -> "%d %s %s".formatted(status, message, hint);
                }
            };

    /// All routes of the port.
    List<Routes> routes(LiveParts parts);

    /// How a refusal looks to a browser.
    ErrorPage errorPage();
}
