package dev.holdfast.server.people;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Passwords as Argon2id hashes (RFC 9106). A password alone opens nothing: a code or a passkey always goes
/// with it.
final class Passwords {
    static final int LENGTH_MIN = 12;

    /// Long enough for any sentence, short enough that nobody makes us hash megabytes.
    static final int LENGTH_MAX = 128;

    private static final int DIFFERENT_MIN = 5;
    private static final int MEMORY_KIB = 19_456;
    private static final int ITERATIONS = 2;
    private static final int PARALLELISM = 1;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;

    /// Each takes 19 MiB and a processor.
    private static final int AT_ONCE_MAX = 4;

    private static final int WAIT_SECONDS_MAX = 10;

    private final RandomGenerator random;
    private final int memoryKib;
    private final int iterations;
    private final Semaphore running = new Semaphore(AT_ONCE_MAX);

    /// What a password for nobody is compared with, so that it takes as long as one for somebody.
    private final String nobodys;

    Passwords(RandomGenerator random) {
        this(random, MEMORY_KIB, ITERATIONS);
    }

    /// With another cost; hashes of any cost can be checked.
    Passwords(RandomGenerator random, int memoryKib, int iterations) {
        this.random = random;
        this.memoryKib = memoryKib;
        this.iterations = iterations;
        this.nobodys = encoded(Encoding.token(random));
    }

    /// The hash to keep.
    ///
    /// @throws PeopleException if the password is not one that may be chosen, or if too many wait
    String hash(String password, String person) throws PeopleException {
        check(password, person);
        enter();
        try {
            return encoded(password);
        } finally {
            running.release();
        }
    }

    /// Whether the password is the one of the hash; false, after as much work, where there is no hash.
    ///
    /// @throws PeopleException if too many wait
    boolean matches(String password, @Nullable String hash) throws PeopleException {
        boolean somebodys = hash != null && !hash.isEmpty();
        String encoded = hash == null || hash.isEmpty() ? nobodys : hash;
        String bounded = password.length() > LENGTH_MAX * 2 ? "" : password;
        enter();
        try {
            boolean right =
                    Argon2Function.getInstanceFromHash(encoded)
                            .check(
                                    normal(bounded).getBytes(StandardCharsets.UTF_8),
                                    encoded.getBytes(StandardCharsets.UTF_8));
            return right && somebodys;
        } finally {
            running.release();
        }
    }

    private void enter() throws PeopleException {
        try {
            if (running.tryAcquire(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new PeopleException(
                PeopleException.Reason.UNAVAILABLE,
                "too many people sign in at this moment: try again in a minute");
    }

    private String encoded(String password) {
        return Argon2Function.getInstance(memoryKib, iterations, PARALLELISM, HASH_BYTES, Argon2.ID)
                .hash(
                        normal(password).getBytes(StandardCharsets.UTF_8),
                        Encoding.random(random, SALT_BYTES))
                .getResult();
    }

    /// One spelling of what looks the same: keyboards differ.
    private static String normal(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFC);
    }

    private static void check(String password, String person) throws PeopleException {
        int length = password.codePointCount(0, password.length());
        if (length < LENGTH_MIN || length > LENGTH_MAX) {
            throw new PeopleException(
                    PeopleException.Reason.INVALID,
                    "the password has %d characters (expected: %d to %d)"
                            .formatted(length, LENGTH_MIN, LENGTH_MAX));
        }
        if (password.codePoints().distinct().count() < DIFFERENT_MIN
                || password.strip().equalsIgnoreCase(person)) {
            throw new PeopleException(
                    PeopleException.Reason.INVALID,
                    "the password is too easy: take a few words that do not belong together");
        }
    }
}
