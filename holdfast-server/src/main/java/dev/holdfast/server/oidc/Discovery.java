package dev.holdfast.server.oidc;

import com.nimbusds.jose.jwk.JWKSet;
import dev.holdfast.server.text.JsonTree;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is known of the provider and its keys: asked for when it is first needed, and again when it is old or
/// a key is unknown. However many sign in, the provider is asked by one at a time and seldom.
final class Discovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(Discovery.class);

    /// A key that the provider takes back is believed for so long at the most.
    private static final Duration FRESH = Duration.ofHours(1);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);
    private static final Duration BETWEEN = Duration.ofMinutes(1);

    private final String issuer;
    private final BoundedSender sender;
    private final InstantSource clock;
    private final Duration wait;
    private final ReentrantLock reading = new ReentrantLock();
    private @Nullable Known known;
    private @Nullable Instant failed;

    /// @param wait how long at most for another who asks the provider already
    Discovery(String issuer, BoundedSender sender, InstantSource clock, Duration wait) {
        this.issuer = issuer;
        this.sender = sender;
        this.clock = clock;
        this.wait = wait;
    }

    /// Both as they were at one moment.
    record Known(ProviderFacts facts, JWKSet keys, Instant at) {
        /// Whether it is what somebody saw, or older.
        private boolean isSeen(Known seen) {
            return !at.isAfter(seen.at);
        }
    }

    /// What is known, not older than an hour.
    Known known() throws ProviderException {
        return known(null);
    }

    /// What is known, anew if that is possible: something was missing.
    Known renewed(Known seen) throws ProviderException {
        return known(seen);
    }

    private Known known(@Nullable Known seen) throws ProviderException {
        try {
            if (!reading.tryLock(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw ProviderException.unavailable();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw ProviderException.unavailable();
        }
        try {
            Instant now = clock.instant();
            Known current = known;
            if (current != null && now.isBefore(current.at.plus(FRESH))) {
                boolean enough =
                        seen == null
                                || !current.isSeen(seen)
                                || now.isBefore(current.at.plus(BETWEEN));
                if (enough) {
                    return current;
                }
            }
            if (failed != null && now.isBefore(failed.plus(AFTER_FAILURE))) {
                throw ProviderException.unavailable();
            }
            return read(now);
        } finally {
            reading.unlock();
        }
    }

    private Known read(Instant now) throws ProviderException {
        try {
            ProviderFacts facts =
                    ProviderFacts.read(sender.document(ProviderFacts.document(issuer)), issuer);
            String keys = sender.document(facts.keys());
            JsonTree.object(keys);
            Known read = new Known(facts, JWKSet.parse(keys), now);
            known = read;
            failed = null;
            return read;
        } catch (IOException | ProviderFacts.UnusableException e) {
            throw unavailable(e.getMessage());
        } catch (JsonTree.MalformedException | ParseException _) {
            throw unavailable("its keys are not a JSON Web Key Set");
        }
    }

    private ProviderException unavailable(@Nullable String why) {
        failed = clock.instant();
        LOGGER.warn("oidc: {} cannot be used: {}", issuer, why);
        return ProviderException.unavailable();
    }
}
