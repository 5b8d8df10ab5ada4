package dev.holdfast.server.composition;

import java.util.ArrayDeque;
import java.util.Deque;

/// What was started so far, to be stopped in the opposite order when a later part cannot be started.
final class Unwinding implements AutoCloseable {
    private final Deque<Closing> started = new ArrayDeque<>();

    /// Something whose end cannot fail.
    private interface Closing {
        void close();
    }

    <T extends AutoCloseable> T add(T part) {
        started.push(() -> {
            try {
                part.close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                throw new IllegalStateException("cannot stop " + part.getClass(), e);
            }
        });
        return part;
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }
}
