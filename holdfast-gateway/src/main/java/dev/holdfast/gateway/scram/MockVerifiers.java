package dev.holdfast.gateway.scram;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Verifiers of agents that do not exist, so that asking for one looks like asking for one that
/// does: a name has the same salt each time, and the usual iteration count. PostgreSQL calls this
/// mock authentication.
public final class MockVerifiers {
    private final SecretKeySpec secret;
    private final int iterations;

    /// @param secret what salts are derived from; as long as it stays the same, so do the salts
    /// @param real the verifiers of those that do exist
    public MockVerifiers(MockSecret secret, Collection<ScramVerifier> real) {
        this.secret = new SecretKeySpec(secret.bytes(), "HmacSHA256");
        this.iterations = usualIterations(real);
    }

    /// A verifier for a name, the same each time, that no password fits.
    public ScramVerifier verifier(String name) {
        byte[] salt = Arrays.copyOf(derive("salt", name), ScramVerifier.SALT_BYTES);
        return ScramVerifier.ofKeys(
                iterations, salt, derive("stored", name), derive("server", name));
    }

    private byte[] derive(String purpose, String name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
        }
    }

    private static int usualIterations(Collection<ScramVerifier> real) {
        Map<Integer, Long> counts =
                real.stream()
                        .map(ScramVerifier::iterations)
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return counts.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(ScramVerifier.ITERATIONS_DEFAULT);
    }
}
