package dev.holdfast.server.people;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a command line asked for, as the address has it that its person opens: sealed, so that it is what the
/// gateway saw and when.
///
/// @param user who shall confirm
/// @param challenge SHA-256 of the verifier, base64url
/// @param port where the command line listens on its own machine; 0 where it does not
/// @param address where it asked from
record BrowserRequest(
        String user, String challenge, int port, String address, long askedEpochMillis) {
    /// By how much the clock of another gateway may be ahead.
    static final Duration CLOCK_SKEW = Duration.ofMinutes(2);

    private static final String SEAL = "sign-in by browser: asked";
    private static final int LENGTH_MAX = 1_000;
    private static final int PARTS = 5;
    private static final int MARK_BYTES = 5;
    private static final int PORT_MIN = 1_024;
    private static final int PORT_MAX = 65_535;

    static boolean isPort(int port) {
        return port >= PORT_MIN && port <= PORT_MAX;
    }

    String sealed(SealedSecrets seals) {
        // No part can hold a line's end: names, base64url, numbers, and addresses as the socket has
        // them.
        String text =
                String.join(
                        "\n",
                        user,
                        challenge,
                        Integer.toString(port),
                        address,
                        Long.toString(askedEpochMillis));
        return seals.sealApart(SEAL, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Null where it was not sealed here.
    static @Nullable BrowserRequest open(SealedSecrets seals, String sealed) {
        if (sealed.length() > LENGTH_MAX) {
            return null;
        }
        try {
            String[] parts =
                    new String(seals.openApart(SEAL, sealed), StandardCharsets.UTF_8)
                            .split("\n", -1);
            return parts.length == PARTS
                    ? new BrowserRequest(
                            parts[0],
                            parts[1],
                            Integer.parseInt(parts[2]),
                            parts[3],
                            Long.parseLong(parts[4]))
                    : null;
        } catch (GeneralSecurityException | NumberFormatException _) {
            return null;
        }
    }

    /// Whether it was asked at most so long ago.
    boolean isOf(Instant now, Duration longest) {
        Instant asked = Instant.ofEpochMilli(askedEpochMillis);
        return !asked.isAfter(now.plus(CLOCK_SKEW)) && now.isBefore(asked.plus(longest));
    }

    /// A few letters of it, for people to compare: two groups of four.
    String mark() {
        byte[] hash = Encoding.sha256(("mark\n" + challenge).getBytes(StandardCharsets.UTF_8));
        String letters = Totp.base32(hash).substring(0, MARK_BYTES * 8 / 5);
        return letters.substring(0, 4) + "-" + letters.substring(4);
    }
}
