package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.web.RequestHandler;
import dev.holdfast.server.web.RequestRefused;

/// What a page answers where something about access is not done.
final class AccessProblems {
    private AccessProblems() {}

    /// The status of a page that says it beside its form.
    static int status(AccessException e) {
        return switch (e.reason()) {
            case MALFORMED -> 400;
            case UNKNOWN -> 404;
            case CONFLICT -> 409;
            case UNAVAILABLE -> 503;
        };
    }

    /// As a page of its own.
    static RequestRefused refused(AccessException e) {
        return new RequestRefused(
                status(e),
                "access_refused",
                String.valueOf(e.getMessage()),
                "Go back and look again: it may have changed meanwhile.");
    }

    /// What a route does, with its refusals as pages.
    static RequestHandler handler(RequestHandler handler) {
        return exchange -> {
            try {
                handler.handle(exchange);
            } catch (AccessException e) {
                throw refused(e);
            }
        };
    }
}
