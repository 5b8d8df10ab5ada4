package dev.holdfast.server.composition;

import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.PolicyYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the policies in force equal to their file.
///
/// The content is looked at, not the time of change: that is right for editors, for atomic replacement
/// and for the symbolic links of mounted configuration alike. A changed content must stand for one look
/// before it is read: half a file can be well-formed, and say less than the whole. A file that is wrong
/// or gone leaves the earlier policies in force.
final class PolicyWatch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(PolicyWatch.class);
    static final Duration PAUSE = Duration.ofSeconds(1);
    private static final byte[] UNREADABLE = {};

    private final Path file;
    private final Collection<String> needed;
    private final Consumer<PolicyFile> use;
    private final AtomicLong reloads = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private byte[] inForce;
    private byte @Nullable [] refused;
    private byte @Nullable [] seen;
    private final Thread watcher = Thread.ofVirtual().name("policy-file").unstarted(this::watch);

    private PolicyWatch(
            Path file, Collection<String> needed, Consumer<PolicyFile> use, byte[] inForce) {
        this.file = file;
        this.needed = List.copyOf(needed);
        this.use = use;
        this.inForce = inForce;
    }

    /// Reads the file, puts it in force and watches it from then on.
    ///
    /// @param needed the names of policies that agents have
    /// @param use puts policies in force
    /// @throws ConfigurationException if the file is wrong; nothing is watched then
    static PolicyWatch start(Path file, Collection<String> needed, Consumer<PolicyFile> use)
            throws ConfigurationException {
        byte[] content = content(file);
        use.accept(PolicyYaml.read(file));
        PolicyWatch watch = new PolicyWatch(file, needed, use, content);
        watch.watcher.start();
        return watch;
    }

    /// How often a changed file was put in force.
    long reloads() {
        return reloads.get();
    }

    /// How often a changed file was wrong.
    long failures() {
        return failures.get();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(PAUSE);
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        byte[] now = content(file);
        if (Arrays.equals(now, inForce)) {
            refused = null;
            seen = now;
            return;
        }
        boolean stands = Arrays.equals(now, seen);
        seen = now;
        if (!stands || Arrays.equals(now, refused)) {
            return;
        }
        try {
            PolicyFile policies = PolicyYaml.read(file);
            String missing = missing(policies);
            if (missing.isEmpty()) {
                use.accept(policies);
                inForce = now;
                refused = null;
                reloads.incrementAndGet();
                LOGGER.info("{}: in force now", file);
            } else {
                refuse(now, "an agent has policy " + missing + ", which is not in it");
            }
        } catch (ConfigurationException e) {
            refuse(now, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOGGER.error("{}: could not be put in force", file, e);
            refuse(now, "a defect of Holdfast");
        }
    }

    private void refuse(byte[] content, String why) {
        refused = content;
        failures.incrementAndGet();
        LOGGER.error(
                "{}: changed and not put in force: {}. The earlier policies stay in force; correct"
                        + " the file, and find out with 'holdfast config check' whether it is right",
                file,
                why);
    }

    private String missing(PolicyFile policies) {
        return needed.stream()
                .filter(name -> !name.equals("read-only") && policies.policy(name) == null)
                .findFirst()
                .orElse("");
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException _) {
            return UNREADABLE;
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
