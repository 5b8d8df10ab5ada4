package dev.holdfast.server.composition;

import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the PostgreSQL servers behind the databases accept connections, looked at in the
/// background: readiness must answer at once, and no start waits for a database.
///
/// It only connects and closes again; PostgreSQL does not log that. Whether the role may log in is
/// found out where it matters, by a session.
final class UpstreamReachability implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(UpstreamReachability.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int CONNECT_MILLIS_MAX = 2_000;

    private final Map<String, Boolean> reachable = new ConcurrentHashMap<>();
    private final List<Thread> watchers;

    UpstreamReachability(List<Database> databases) {
        watchers =
                databases.stream()
                        .map(database ->
                                Thread.ofVirtual()
                                        .name("reach-" + database.name())
                                        .start(() -> watch(database)))
                        .toList();
    }

    /// Whether a database's server accepted a connection when it was last looked at; false before
    /// the first look.
    boolean reachable(String database) {
        return reachable.getOrDefault(database, false);
    }

    private void watch(Database database) {
        try {
            while (true) {
                boolean now = connects(database.upstream());
                Boolean before = reachable.put(database.name(), now);
                if (before == null ? !now : before != now) {
                    // Once for each change, not for each look.
                    LOGGER.warn(
                            "database {}: {} at {}:{}",
                            database.name(),
                            now ? "reachable again" : "not reachable",
                            database.upstream().host(),
                            database.upstream().port());
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean connects(Upstream upstream) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(upstream.host(), upstream.port()), CONNECT_MILLIS_MAX);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        watchers.forEach(Thread::interrupt);
    }
}
