package dev.holdfast.server.access;

import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes what is in the store true on this gateway and in the databases.
///
/// On this gateway: whenever something may have changed (an order given here, an announcement, a look every
/// half second, the end of a grant's time) every session is held against [LiveAccess], and those that have no
/// right any more end. In the databases: what the roles of ended grants run is cancelled and they are locked at once,
/// what is left of their sessions is terminated after a moment (a COMMIT that is on its way shall get its answer),
/// and they are dropped. Every minute what was left over is swept.
final class Enforcement implements Consequences, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Enforcement.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration SWEEP = Duration.ofMinutes(1);

    /// For sessions to end in order before PostgreSQL ends them: so long at least, for those of other
    /// gateways, and so long at most, while there are some on this one.
    private static final Duration GRACE = Duration.ofMillis(300);

    private static final Duration GRACE_LOOK = Duration.ofMillis(10);
    private static final Duration GRACE_MAX = Duration.ofMillis(600);

    private final ControlStore store;
    private final LiveAccess live;
    private final AccessBook book;
    private final Map<String, GrantRoles> roles;
    private final SessionRegistry registry;
    private final Runnable closeIdle;
    private final Semaphore look = new Semaphore(0);
    private final Thread watch;
    private final Thread sweep;
    private final AutoCloseable listening;

    Enforcement(
            ControlStore store,
            LiveAccess live,
            AccessBook book,
            Map<String, GrantRoles> roles,
            SessionRegistry registry,
            Runnable closeIdle) {
        this.store = store;
        this.live = live;
        this.book = book;
        this.roles = Map.copyOf(roles);
        this.registry = registry;
        this.closeIdle = closeIdle;
        book.follow(this);
        this.watch = Thread.ofVirtual().name("access").start(this::watch);
        this.sweep = Thread.ofVirtual().name("access-roles").start(this::sweep);
        this.listening = store.listen(AccessBook.CHANNEL, look::release);
    }

    private void watch() {
        try {
            while (true) {
                try {
                    look();
                } catch (RuntimeException e) {
                    // The next look may do better; none at all would let everything go on.
                    LOGGER.error("Access could not be looked at", e);
                }
                look.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                look.drainPermits();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            store.<Runnable>transaction(handle ->
                            AgentTables.version(handle) == live.version()
                                    ? live::confirmed
                                    : live.read(handle))
                    .run();
            List<Grant> overdue = live.overdue();
            if (!overdue.isEmpty()) {
                book.expire(overdue);
            }
        } catch (StoreException e) {
            LOGGER.error("access: the control store cannot be read: {}", e.getMessage());
        } catch (AccessException e) {
            LOGGER.error("access: grants whose time is over stay in the store: {}", e.getMessage());
        }
        // Also without the store: time goes on.
        enforce();
    }

    private int enforce() {
        int ended = registry.endAll(live::why);
        if (ended > 0) {
            closeIdle.run();
        }
        return ended;
    }

    @Override
    public int ended(List<Grant> grants) {
        Map<String, List<String>> byDatabase = new HashMap<>();
        for (Grant grant : grants) {
            if (!grant.role().isEmpty()) {
                byDatabase
                        .computeIfAbsent(grant.database(), _ -> new ArrayList<>())
                        .add(grant.role());
            }
        }
        byDatabase.forEach((database, names) -> takeAway(database, names, true));
        int sessions = enforce();
        closeIdle.run();
        return sessions;
    }

    @Override
    public int stopped(Stop stop) {
        int sessions = enforce();
        closeIdle.run();
        roles.forEach((database, of) -> {
            if (stop.concerns(database)) {
                try {
                    takeAway(database, inForce(database), false);
                } catch (StoreException e) {
                    LOGGER.error("stop: roles in {} stay open: {}", database, e.getMessage());
                }
            }
        });
        return sessions;
    }

    @Override
    public void resumed() {
        roles.forEach((database, of) -> {
            if (!stopped(database)) {
                Thread.ofVirtual()
                        .name("access-resume")
                        .start(() -> {
                            try {
                                of.unlock(inForce(database));
                            } catch (SQLException | StoreException e) {
                                LOGGER.error(
                                        "resume: roles in {} stay locked for now: {}",
                                        database,
                                        e.getMessage());
                            }
                        });
            }
        });
    }

    private boolean stopped(String database) {
        return live.stops().stream().anyMatch(stop -> stop.concerns(database));
    }

    /// Locks roles at once, and ends what is left of them.
    ///
    /// @param drop whether they have ended; otherwise they are stopped, and may be let in again meanwhile
    private void takeAway(String database, List<String> names, boolean drop) {
        GrantRoles of = roles.get(database);
        if (of == null || names.isEmpty()) {
            return;
        }
        Thread.ofVirtual()
                .name("access-end")
                .start(() -> {
                    try {
                        // First: while hundreds of backends end, nothing else gets its turn.
                        cancel(database, of, names);
                        of.lock(names);
                        Thread.sleep(GRACE);
                        long deadline = System.nanoTime() + GRACE_MAX.minus(GRACE).toNanos();
                        while (registry.any(principal -> live.why(principal) != null)
                                && System.nanoTime() - deadline < 0) {
                            Thread.sleep(GRACE_LOOK);
                        }
                        if (!drop && !stopped(database)) {
                            // Somebody has let them in again, perhaps before they were locked.
                            of.unlock(inForce(database));
                            return;
                        }
                        int left = of.terminate(names);
                        if (left > 0) {
                            LOGGER.info("database {}: {} sessions terminated", database, left);
                        }
                        if (drop) {
                            for (String name : names) {
                                of.drop(name);
                            }
                        }
                    } catch (SQLException | StoreException e) {
                        LOGGER.warn(
                                "database {}: the roles of ended grants are not gone yet: {}",
                                database,
                                e.getMessage());
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /// Spares time only: whatever comes of it, the roles are locked and their sessions terminated.
    private static void cancel(String database, GrantRoles of, List<String> names) {
        try {
            of.cancel(names);
        } catch (SQLException e) {
            LOGGER.warn(
                    "database {}: what ended grants run is not cancelled at once: {}",
                    database,
                    e.getMessage());
        }
    }

    /// The roles that grants stand for: those in force and those that are being made.
    private List<String> inForce(String database) throws StoreException {
        return store.transaction(handle ->
                GrantTables.list(handle, false, Integer.MAX_VALUE).stream()
                        .filter(grant -> grant.database().equals(database))
                        .map(Grant::role)
                        .filter(role -> !role.isEmpty())
                        .toList());
    }

    private void sweep() {
        try {
            boolean first = true;
            while (true) {
                for (Map.Entry<String, GrantRoles> each : roles.entrySet()) {
                    sweep(each.getKey(), each.getValue(), first);
                }
                first = false;
                Thread.sleep(SWEEP);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep(String database, GrantRoles of, boolean first) {
        try {
            // Asked for first: a role that is made meanwhile belongs to a grant that is not in the
            // list.
            List<String> present = of.present();
            of.sweep(present, inForce(database));
            if (!stopped(database)) {
                of.unlock(inForce(database));
            }
            if (first) {
                refresh(database, of);
            }
        } catch (SQLException | StoreException e) {
            LOGGER.warn("database {}: roles are not swept now: {}", database, e.getMessage());
        } catch (RuntimeException e) {
            // The next time may do better; none at all would leave the roles of ended grants.
            LOGGER.error("database {}: roles are not swept now", database, e);
        }
    }

    /// The access role's password, from which those of the roles are derived, may be another one now.
    private void refresh(String database, GrantRoles of) throws StoreException, SQLException {
        if (stopped(database)) {
            return;
        }
        for (GrantTables.Live each : store.transaction(GrantTables::active)) {
            Grant grant = each.grant();
            if (grant.database().equals(database)
                    && !grant.role().isEmpty()
                    && live.grant(grant.id()) != null) {
                of.refresh(grant.role(), each.roleSalt(), live.left(grant));
            }
        }
    }

    @Override
    public void close() {
        book.follow(new Consequences.None());
        watch.interrupt();
        sweep.interrupt();
        roles.values().forEach(GrantRoles::close);
        try {
            listening.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop listening", e);
        }
    }
}
