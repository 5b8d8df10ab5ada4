package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One database of which before-images are kept: its warm connections, and whether its capture role is fit.
/// Safe for use by many threads.
final class TwinDatabase implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TwinDatabase.class);
    private static final Duration LOOK_AGAIN_FIT = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN_UNFIT = Duration.ofSeconds(5);

    private final TwinPool pool;
    private final LogSync logSync;
    private final Thread watch;
    private volatile State state;

    /// @param refusal null where the role is fit
    private record State(@Nullable Refusal refusal, boolean mayBeHidden) {}

    /// Looks at the role at once, and again from time to time.
    TwinDatabase(TwinSource source) {
        this.pool = new TwinPool(source);
        this.logSync = new LogSync(source);
        this.state = look();
        this.watch = Thread.ofVirtual().name("capture-role-" + source.name()).start(this::watch);
    }

    TwinPool pool() {
        return pool;
    }

    LogSync logSync() {
        return logSync;
    }

    /// Why nothing can be kept; null where it can. Waits for nothing.
    @Nullable Refusal refusal() {
        return state.refusal;
    }

    boolean mayBeHidden() {
        return state.mayBeHidden;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(state.refusal == null ? LOOK_AGAIN_FIT : LOOK_AGAIN_UNFIT);
                state = look();
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    private State look() {
        String name = pool.source().name();
        try (TwinPool.Lease lease = pool.lease()) {
            CaptureRole role = CaptureRole.of(lease.session());
            lease.isSound();
            @Nullable String problem = role.problem();
            if (problem == null) {
                return new State(null, role.mayBeHidden());
            }
            LOGGER.error("The capture role of database {} {}: agents cannot write", name, problem);
            return new State(CaptureRefusals.captureRoleUnfit(name, problem), role.mayBeHidden());
        } catch (ChangeRefusedException e) {
            LOGGER.error(
                    "The capture role cannot look at database {}: agents cannot write", name, e);
            pool.forget();
            return new State(e.refusal(), true);
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        logSync.close();
        pool.close();
    }
}
