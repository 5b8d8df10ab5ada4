package dev.holdfast.server.api;

import dev.holdfast.server.web.RequestHandler;
import dev.holdfast.server.web.RequestRefused;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// So many at once of what costs much; whoever comes later waits a little and is then sent away, so that the
/// console takes nothing from the gateway that it stands beside.
final class Limited {
    private static final long WAIT_SECONDS = 5;

    private final Semaphore permits;

    Limited(int atOnce) {
        this.permits = new Semaphore(atOnce);
    }

    /// The same handler, waiting for its turn.
    RequestHandler handler(RequestHandler handler) {
        return exchange -> {
            if (!permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new RequestRefused(
                        503, "busy", "too much of this is going on", "Try again in a moment.");
            }
            try {
                handler.handle(exchange);
            } finally {
                permits.release();
            }
        };
    }
}
