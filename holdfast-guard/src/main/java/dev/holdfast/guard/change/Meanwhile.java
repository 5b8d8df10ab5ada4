package dev.holdfast.guard.change;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Something that is done on a virtual thread of its own while the caller does something else, so that
/// the transaction waits once for what takes equally long: another session, another disk.
///
/// Closing it waits for its end, whatever came of it: what it used is the caller's again then.
///
/// @param <T> of its result
public final class Meanwhile<T extends @Nullable Object> implements AutoCloseable {
    private final FutureTask<T> task;

    /// What is done.
    ///
    /// @param <T> of its result
    @FunctionalInterface
    public interface Step<T extends @Nullable Object> {
        /// Does it.
        ///
        /// @throws ChangeRefusedException if the transaction must not commit
        T run() throws ChangeRefusedException;
    }

    private Meanwhile(FutureTask<T> task) {
        this.task = task;
    }

    /// Begins it.
    ///
    /// @param name of its thread
    public static <T extends @Nullable Object> Meanwhile<T> begin(String name, Step<T> step) {
        FutureTask<T> task = new FutureTask<>(step::run);
        Thread.ofVirtual().name(name).start(task);
        return new Meanwhile<>(task);
    }

    /// Waits for its end; as often as wanted.
    ///
    /// @throws ChangeRefusedException as it threw it
    public T result() throws ChangeRefusedException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException _) {
                    // It uses what is the caller's: nothing may go on before its end.
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw failure(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ChangeRefusedException failure(ExecutionException e) {
        return switch (e.getCause()) {
            case ChangeRefusedException refused -> refused;
            case RuntimeException defect -> throw defect;
            case Error defect -> throw defect;
            case null, default -> throw new IllegalStateException(e);
        };
    }

    @Override
    public void close() {
        try {
            result();
        } catch (ChangeRefusedException | RuntimeException _) {
            // Whoever wants to know asks for the result.
        }
    }
}
