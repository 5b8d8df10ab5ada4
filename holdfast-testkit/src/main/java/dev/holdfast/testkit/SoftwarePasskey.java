package dev.holdfast.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A browser with an authenticator, in software: answers WebAuthn's options as `navigator.credentials` would,
/// with a P-256 key of its own. What an attacker could change can be changed: where it is, whether its user was
/// verified, how often it has signed.
public final class SoftwarePasskey {
    private static final Pattern CHALLENGE =
            Pattern.compile("\"challenge\"\\s*:\\s*\"([A-Za-z0-9_-]+)\"");
    private static final Pattern USER =
            Pattern.compile("\"user\"\\s*:\\s*\\{[^}]*\"id\"\\s*:\\s*\"([A-Za-z0-9_-]+)\"");
    private static final int USER_PRESENT = 1;
    private static final int USER_VERIFIED = 1 << 2;
    private static final int ATTESTED = 1 << 6;
    private static final int COORDINATE_BYTES = 32;

    private final KeyPair keys;
    private final byte[] id;
    private String origin;
    private String host;
    private boolean userVerified = true;
    private boolean counting = true;
    private long signCount;
    private byte[] userHandle = {};

    /// At a console.
    ///
    /// @param origin `http://localhost:6490`
    /// @param host the relying party's id
    public SoftwarePasskey(String origin, String host, RandomGenerator random) {
        this.origin = origin;
        this.host = host;
        this.id = new byte[32];
        random.nextBytes(id);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has P-256", e);
        }
    }

    /// The page that asks is another.
    public SoftwarePasskey at(String otherOrigin, String otherHost) {
        this.origin = otherOrigin;
        this.host = otherHost;
        return this;
    }

    /// Whether a finger, a face or a PIN was asked for.
    public SoftwarePasskey verifying(boolean verified) {
        this.userVerified = verified;
        return this;
    }

    /// How often it has signed.
    public SoftwarePasskey signedBefore(long count) {
        this.signCount = count;
        return this;
    }

    /// Whether it counts; one that a person has on several devices does not.
    public SoftwarePasskey counting(boolean counts) {
        this.counting = counts;
        return this;
    }

    /// The credential's id, base64url.
    public String id() {
        return base64(id);
    }

    /// What `navigator.credentials.create` gives.
    public String create(String optionsJson) {
        userHandle = Base64.getUrlDecoder().decode(found(USER, optionsJson));
        byte[] attested = bytes(new byte[16], new byte[] {0, (byte) id.length}, id, publicKey());
        byte[] data = authenticatorData(ATTESTED, attested);
        byte[] attestation =
                bytes(
                        new byte[] {(byte) 0xa3},
                        text("fmt"),
                        text("none"),
                        text("attStmt"),
                        new byte[] {(byte) 0xa0},
                        text("authData"),
                        new byte[] {0x58, (byte) data.length},
                        data);
        return """
        {"id":"%1$s","rawId":"%1$s","type":"public-key","clientExtensionResults":{},\
        "response":{"clientDataJSON":"%2$s","attestationObject":"%3$s","transports":["internal"]}}\
        """
                .formatted(
                        id(),
                        base64(clientData("webauthn.create", found(CHALLENGE, optionsJson))),
                        base64(attestation));
    }

    /// What `navigator.credentials.get` gives.
    public String get(String optionsJson) {
        return sign(found(CHALLENGE, optionsJson));
    }

    /// The same for a challenge of one's own.
    ///
    /// @param challenge base64url
    public String sign(String challenge) {
        if (counting) {
            signCount++;
        }
        byte[] clientData = clientData("webauthn.get", challenge);
        byte[] data = authenticatorData(0, new byte[0]);
        return """
        {"id":"%1$s","rawId":"%1$s","type":"public-key","clientExtensionResults":{},\
        "response":{"clientDataJSON":"%2$s","authenticatorData":"%3$s","signature":"%4$s",\
        "userHandle":"%5$s"}}\
        """
                .formatted(
                        id(),
                        base64(clientData),
                        base64(data),
                        base64(signature(data, clientData)),
                        base64(userHandle));
    }

    private byte[] signature(byte[] data, byte[] clientData) {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(keys.getPrivate());
            signer.update(data);
            signer.update(sha256(clientData));
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has ECDSA", e);
        }
    }

    private byte[] clientData(String type, String challenge) {
        return "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":false}"
                .formatted(type, challenge, origin)
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] authenticatorData(int flags, byte[] attested) {
        int all = flags | USER_PRESENT | (userVerified ? USER_VERIFIED : 0);
        return bytes(
                sha256(host.getBytes(StandardCharsets.UTF_8)),
                new byte[] {(byte) all},
                ByteBuffer.allocate(Integer.BYTES).putInt((int) signCount).array(),
                attested);
    }

    /// COSE_Key in CBOR: EC2, ES256, P-256, x, y.
    private byte[] publicKey() {
        ECPublicKey key = (ECPublicKey) keys.getPublic();
        return bytes(
                new byte[] {(byte) 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, COORDINATE_BYTES},
                coordinate(key.getW().getAffineX().toByteArray()),
                new byte[] {0x22, 0x58, COORDINATE_BYTES},
                coordinate(key.getW().getAffineY().toByteArray()));
    }

    private static byte[] coordinate(byte[] signed) {
        byte[] fixed = new byte[COORDINATE_BYTES];
        int length = Math.min(signed.length, COORDINATE_BYTES);
        System.arraycopy(signed, signed.length - length, fixed, COORDINATE_BYTES - length, length);
        return fixed;
    }

    private static byte[] text(String value) {
        byte[] ascii = value.getBytes(StandardCharsets.US_ASCII);
        return bytes(new byte[] {(byte) (0x60 | ascii.length)}, ascii);
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String found(Pattern pattern, String json) {
        Matcher matcher = pattern.matcher(json);
        if (!matcher.find()) {
            throw new IllegalArgumentException("options: (expected: WebAuthn's options as JSON)");
        }
        return matcher.group(1);
    }
}
