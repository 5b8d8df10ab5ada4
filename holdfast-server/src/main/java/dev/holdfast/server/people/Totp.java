package dev.holdfast.server.people;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// One-time codes of RFC 6238, as every authenticator app makes them: HMAC-SHA-1, six digits, 30 seconds.
///
/// The hash is the one that apps agree on. Its collisions are of no use against a keyed hash.
final class Totp {
    static final int SECRET_BYTES = 20;

    private static final int STEP_SECONDS = 30;
    private static final Pattern CODE = Pattern.compile("[0-9]{6}");
    private static final int CODES = 1_000_000;
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// Clocks differ, and people type: the code before and the code after are right too.
    private static final int STEPS_AROUND = 1;

    private Totp() {}

    static long step(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), STEP_SECONDS);
    }

    static String code(byte[] secret, long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
            int offset = hash[hash.length - 1] & 0xf;
            int number = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
            return String.format(Locale.ROOT, "%06d", number % CODES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA1", e);
        }
    }

    /// Which time step a code is of; -1 where of none that counts now. Looks at each, whatever it finds.
    static long stepOf(byte[] secret, String code, Instant now) {
        if (!CODE.matcher(code).matches()) {
            return -1;
        }
        byte[] given = code.getBytes(StandardCharsets.US_ASCII);
        long found = -1;
        long current = step(now);
        for (long step = current - STEPS_AROUND; step <= current + STEPS_AROUND; step++) {
            byte[] right = code(secret, step).getBytes(StandardCharsets.US_ASCII);
            if (MessageDigest.isEqual(given, right)) {
                found = step;
            }
        }
        return found;
    }

    /// What an app reads, from a picture or as a link.
    static String uri(String person, byte[] secret) {
        return "otpauth://totp/Holdfast:%s?secret=%s&issuer=Holdfast&algorithm=SHA1&digits=6&period=30"
                .formatted(
                        URLEncoder.encode(person, StandardCharsets.UTF_8).replace("+", "%20"),
                        base32(secret));
    }

    /// RFC 4648 without padding.
    static String base32(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        int bits = 0;
        int count = 0;
        for (byte each : bytes) {
            bits = bits << 8 | (each & 0xff);
            count += 8;
            while (count >= 5) {
                count -= 5;
                out.append(BASE32.charAt(bits >> count & 31));
            }
        }
        if (count > 0) {
            out.append(BASE32.charAt(bits << (5 - count) & 31));
        }
        return out.toString();
    }
}
