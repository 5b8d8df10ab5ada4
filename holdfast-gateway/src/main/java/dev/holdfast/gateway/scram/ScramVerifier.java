package dev.holdfast.gateway.scram;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What proves a password without holding it, in PostgreSQL's own form (`pg_authid.rolpassword`):
/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in Base64.
///
/// Whoever holds a verifier can check a password and can pose as the server; to log in with it the
/// password must still be found. It therefore never shows in [#toString].
public final class ScramVerifier {
    /// PostgreSQL's own figure, and what RFC 7677 demands at least.
    public static final int ITERATIONS_DEFAULT = 4_096;

    private static final int ITERATIONS_MIN = 4_096;
    private static final int ITERATIONS_MAX = 10_000_000;
    static final int SALT_BYTES = 16;
    private static final int SALT_BYTES_MAX = 1_024;
    private static final int KEY_BYTES = 32;
    private static final int ENCODED_LENGTH_MAX = 4_096;
    private static final Pattern ENCODED =
            Pattern.compile(
                    "SCRAM-SHA-256\\$([1-9][0-9]{0,8}):([A-Za-z0-9+/=]+)"
                            + "\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        range("iterations", iterations, ITERATIONS_MIN, ITERATIONS_MAX);
        range("salt bytes", salt.length, 1, SALT_BYTES_MAX);
        range("StoredKey bytes", storedKey.length, KEY_BYTES, KEY_BYTES);
        range("ServerKey bytes", serverKey.length, KEY_BYTES, KEY_BYTES);
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /// Reads PostgreSQL's form.
    ///
    /// @throws IllegalArgumentException if the text is anything else; its message holds no part of
    ///     the text
    public static ScramVerifier parse(String encoded) {
        Matcher parts = ENCODED.matcher(encoded);
        if (encoded.length() > ENCODED_LENGTH_MAX || !parts.matches()) {
            throw new IllegalArgumentException(
                    "verifier: malformed (expected:"
                            + " SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>)");
        }
        return new ScramVerifier(
                Integer.parseInt(parts.group(1)),
                decode("salt", parts.group(2)),
                decode("StoredKey", parts.group(3)),
                decode("ServerKey", parts.group(4)));
    }

    /// Makes the verifier of a password, with a new salt. Takes milliseconds by design: not for an
    /// event loop.
    ///
    /// @param password prepared as PostgreSQL does (SASLprep, or the raw text where that fails)
    /// @param iterations 4,096 to 10,000,000
    public static ScramVerifier of(char[] password, int iterations, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return of(password, iterations, salt);
    }

    static ScramVerifier of(char[] password, int iterations, byte[] salt) {
        range("iterations", iterations, ITERATIONS_MIN, ITERATIONS_MAX);
        ScramMechanism mechanism = ScramMechanism.SCRAM_SHA_256;
        byte[] salted =
                ScramFunctions.saltedPassword(
                        mechanism,
                        StringPreparation.POSTGRESQL_PREPARATION,
                        password,
                        salt,
                        iterations);
        byte[] clientKey = ScramFunctions.clientKey(mechanism, salted);
        return new ScramVerifier(
                iterations,
                salt.clone(),
                ScramFunctions.storedKey(mechanism, clientKey),
                ScramFunctions.serverKey(mechanism, salted));
    }

    /// Whether it is the verifier of a password, for doors where the password itself is sent. Takes
    /// milliseconds by design, whatever the answer: not for an event loop.
    public boolean fits(char[] password) {
        return MessageDigest.isEqual(storedKey, of(password, iterations, salt).storedKey);
    }

    /// PostgreSQL's form, as [#parse] reads it.
    public String encoded() {
        return "SCRAM-SHA-256$"
                + iterations
                + ":"
                + saltBase64()
                + "$"
                + Base64.getEncoder().encodeToString(storedKey)
                + ":"
                + Base64.getEncoder().encodeToString(serverKey);
    }

    static ScramVerifier ofKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        return new ScramVerifier(iterations, salt, storedKey, serverKey);
    }

    int iterations() {
        return iterations;
    }

    String saltBase64() {
        return Base64.getEncoder().encodeToString(salt);
    }

    byte[] storedKey() {
        return storedKey;
    }

    byte[] serverKey() {
        return serverKey;
    }

    @Override
    public String toString() {
        return "ScramVerifier[iterations=" + iterations + "]";
    }

    private static byte[] decode(String what, String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            // The cause's message would show characters of the verifier.
            throw new IllegalArgumentException(what + ": malformed (expected: Base64)");
        }
    }

    private static void range(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %d to %d)".formatted(what, value, min, max));
        }
    }
}
