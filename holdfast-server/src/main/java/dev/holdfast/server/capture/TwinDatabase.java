package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One database of which before-images are kept: its warm connections, and whether its capture role is fit.
/// Safe for use by many threads.
final class TwinDatabase implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TwinDatabase.class);
    private static final Duration LOOK_AGAIN_FIT = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN_UNFIT = Duration.ofSeconds(5);

    /// Whether there are shadows whose notes this role may remove.
    private static final String SHADOWS =
            "SELECT coalesce(has_function_privilege(to_regprocedure('holdfast_shadow.clean()')::oid,"
                    + " 'EXECUTE'), false)";

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
        clean();
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
                clean();
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

    /// Removes what shadows noted for transactions that have ended. They say where to look, nothing else:
    /// what cannot be removed now takes room, and is removed later.
    private void clean() {
        if (state.refusal != null) {
            return;
        }
        try (TwinPool.Lease lease = pool.lease()) {
            JdbcWritingSession session = lease.session();
            if (Objects.equals(session.query(SHADOWS, List.of()).getFirst().getFirst(), "t")) {
                session.query("BEGIN READ WRITE", List.of());
                session.query("SELECT holdfast_shadow.clean()", List.of());
                session.query("COMMIT", List.of());
            }
            lease.isSound();
        } catch (ChangeRefusedException e) {
            LOGGER.warn(
                    "What shadows noted in database {} cannot be removed now",
                    pool.source().name(),
                    e);
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        logSync.close();
        pool.close();
    }
}
