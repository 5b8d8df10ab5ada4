package dev.holdfast.server.fault;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection through a [WireRelay]: which statement a message runs, and which one an answer is for.
final class RelayedConnection {
    /// Stands in the queue where ReadyForQuery is due.
    private static final String SYNC = "\0sync";

    private final String user;
    private final Map<String, String> statements = new HashMap<>();
    private final Map<String, String> portals = new HashMap<>();
    private final Deque<String> unanswered = new ArrayDeque<>();
    private volatile int backend;

    RelayedConnection(String user) {
        this.user = user;
    }

    /// As whom it logged in.
    String user() {
        return user;
    }

    /// The process of PostgreSQL that serves it; 0 as long as that is not known.
    int backend() {
        return backend;
    }

    /// The statement that a client's message runs; null where it runs none.
    synchronized @Nullable String requested(WireMessage message) {
        switch (message.type()) {
            case 'Q' -> {
                String text = message.text(0, 0);
                unanswered.add(text);
                unanswered.add(SYNC);
                return text;
            }
            case 'P' -> statements.put(message.text(0, 0), message.text(1, 0));
            case 'B' ->
                    portals.put(
                            message.text(0, 0), statements.getOrDefault(message.text(1, 0), ""));
            case 'E' -> {
                String text = portals.getOrDefault(message.text(0, 0), "");
                unanswered.add(text);
                return text;
            }
            case 'S' -> unanswered.add(SYNC);
            default -> {
                // Neither runs a statement nor changes what one means.
            }
        }
        return null;
    }

    /// The statement that a server's message ends; null where it ends none.
    synchronized @Nullable String answered(WireMessage message) {
        return switch (message.type()) {
            case 'K' -> {
                backend = message.number();
                yield null;
            }
            case 'C', 'E', 'I', 's' -> {
                @Nullable String oldest = unanswered.peek();
                if (oldest == null || oldest.equals(SYNC)) {
                    yield null;
                }
                yield unanswered.remove();
            }
            case 'Z' -> {
                while (!unanswered.isEmpty() && !unanswered.remove().equals(SYNC)) {
                    // What PostgreSQL skipped after an error.
                }
                yield null;
            }
            default -> null;
        };
    }
}
