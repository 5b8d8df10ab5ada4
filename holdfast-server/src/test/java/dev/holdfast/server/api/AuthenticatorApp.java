package dev.holdfast.server.api;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// An app that makes codes (RFC 6238), written anew: what is under test must agree with others, not with itself.
/// Each code is used up, so it gives the one before, the present one and the one after, in this order.
public final class AuthenticatorApp {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final byte[] secret;
    private long last;

    /// @param base32 as it is shown
    public AuthenticatorApp(String base32) {
        ByteBuffer bytes = ByteBuffer.allocate(base32.length() * 5 / 8);
        int bits = 0;
        int count = 0;
        for (int i = 0; i < base32.length(); i++) {
            bits = bits << 5 | BASE32.indexOf(base32.charAt(i));
            count += 5;
            if (count >= 8) {
                count -= 8;
                bytes.put((byte) (bits >> count));
            }
        }
        secret = bytes.array();
    }

    /// A code that was not given out before; waits where the last one that counts now was.
    public String code() throws InterruptedException {
        long step = Math.max(last + 1, Instant.now().getEpochSecond() / 30 - 1);
        while (step > Instant.now().getEpochSecond() / 30 + 1) {
            Thread.sleep(200);
        }
        last = step;
        return code(step);
    }

    /// A code of an hour ago.
    public String oldCode() {
        return code(Instant.now().getEpochSecond() / 30 - 120);
    }

    private String code(long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
            int at = hash[19] & 15;
            return "%06d".formatted((ByteBuffer.wrap(hash).getInt(at) & 0x7fffffff) % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
