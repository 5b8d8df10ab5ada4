package dev.holdfast.server.people;

import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All that is needed to check a passkey's signature again, with nothing but this text: by this class, or by
/// any program that knows SHA-256 and the signature. Everything in bytes is base64url without padding.
///
/// | member | |
/// |---|---|
/// | `credential` | the passkey's id |
/// | `publicKey` | its public key, X.509 SubjectPublicKeyInfo |
/// | `algorithm` | COSE: -7 ECDSA P-256 with SHA-256, -8 Ed25519, -257 RSA with SHA-256 |
/// | `origin`, `rpId` | which console it was signed for |
/// | `clientDataJSON` | what the browser says; its `challenge` is what was approved |
/// | `authenticatorData` | what the authenticator says; bit 2 of byte 32: the user was verified |
/// | `signature` | over `authenticatorData` and the SHA-256 of `clientDataJSON` |
final class PasskeyEvidence {
    private static final int LENGTH_MAX = 16 << 10;
    private static final int DIGEST_BYTES = 32;
    private static final int AUTHENTICATOR_BYTES_MIN = 37;
    private static final int USER_PRESENT = 1;
    private static final int USER_VERIFIED = 1 << 2;
    private static final int RSA_BITS_MIN = 2_048;
    private static final int P256_BITS = 256;

    private PasskeyEvidence() {}

    static String of(Site site, Assertion assertion, Passkeys.Key key) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "passkey");
        members.put("credential", assertion.credential());
        members.put("publicKey", Encoding.base64(key.key().getEncoded()));
        members.put("algorithm", key.algorithm());
        members.put("origin", site.origin());
        members.put("rpId", site.host());
        members.put("clientDataJSON", Encoding.base64(assertion.clientData()));
        members.put("authenticatorData", Encoding.base64(assertion.authenticatorData()));
        members.put("signature", Encoding.base64(assertion.signature()));
        return JsonText.indented(members);
    }

    /// Whether the evidence shows that its passkey has signed the digest, with the user verified.
    static boolean verifies(String credential, String evidence, byte[] digest) {
        if (evidence.length() > LENGTH_MAX || digest.length != DIGEST_BYTES) {
            return false;
        }
        try {
            Map<String, Object> members = JsonTree.object(evidence);
            byte[] clientData = Assertion.bytes(members, "clientDataJSON");
            byte[] authenticatorData = Assertion.bytes(members, "authenticatorData");
            byte[] signature = Assertion.bytes(members, "signature");
            byte[] publicKey = Assertion.bytes(members, "publicKey");
            return clientData != null
                    && authenticatorData != null
                    && signature != null
                    && publicKey != null
                    && members.get("algorithm") instanceof Long algorithm
                    && members.get("origin") instanceof String origin
                    && members.get("rpId") instanceof String rpId
                    && credential.equals(members.get("credential"))
                    && isFor(clientData, origin, digest)
                    && isBy(authenticatorData, rpId)
                    && verifier(algorithm, publicKey, authenticatorData, clientData)
                            .verify(signature);
        } catch (JsonTree.MalformedException | GeneralSecurityException _) {
            return false;
        }
    }

    private static boolean isFor(byte[] clientData, String origin, byte[] digest) {
        Map<String, Object> members = ClientData.members(clientData);
        if (members == null) {
            return false;
        }
        byte[] challenge = Assertion.bytes(members, "challenge");
        return challenge != null
                && MessageDigest.isEqual(challenge, digest)
                && Objects.equals(members.get("type"), "webauthn.get")
                && origin.equals(members.get("origin"))
                && !Objects.equals(members.get("crossOrigin"), true);
    }

    private static boolean isBy(byte[] authenticatorData, String rpId) {
        if (authenticatorData.length < AUTHENTICATOR_BYTES_MIN) {
            return false;
        }
        int flags = authenticatorData[DIGEST_BYTES];
        return Arrays.equals(
                        Arrays.copyOf(authenticatorData, DIGEST_BYTES),
                        Encoding.sha256(rpId.getBytes(StandardCharsets.UTF_8)))
                && (flags & USER_PRESENT) != 0
                && (flags & USER_VERIFIED) != 0;
    }

    private static Signature verifier(
            long algorithm, byte[] publicKey, byte[] authenticatorData, byte[] clientData)
            throws GeneralSecurityException {
        X509EncodedKeySpec encoded = new X509EncodedKeySpec(publicKey);
        PublicKey key;
        Signature verifier;
        if (algorithm == -7) {
            key = canonical("EC", encoded, ECPublicKeySpec.class);
            verifier = Signature.getInstance("SHA256withECDSA");
            if (((ECPublicKey) key).getParams().getOrder().bitLength() != P256_BITS) {
                throw new GeneralSecurityException("another curve");
            }
        } else if (algorithm == -8) {
            key = canonical("Ed25519", encoded, EdECPublicKeySpec.class);
            verifier = Signature.getInstance("Ed25519");
        } else if (algorithm == -257) {
            key = canonical("RSA", encoded, RSAPublicKeySpec.class);
            verifier = Signature.getInstance("SHA256withRSA");
            if (((RSAPublicKey) key).getModulus().bitLength() < RSA_BITS_MIN) {
                throw new GeneralSecurityException("a short key");
            }
        } else {
            throw new GeneralSecurityException("another algorithm");
        }
        verifier.initVerify(key);
        verifier.update(authenticatorData);
        verifier.update(Encoding.sha256(clientData));
        return verifier;
    }

    /// A key keeps the bytes that it was read from, so it is made anew of its numbers to see whether they are the
    /// one encoding that it has: or else one key would have several fingerprints.
    private static PublicKey canonical(
            String algorithm, X509EncodedKeySpec encoded, Class<? extends KeySpec> numbers)
            throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        PublicKey key =
                factory.generatePublic(
                        factory.getKeySpec(factory.generatePublic(encoded), numbers));
        if (!Arrays.equals(key.getEncoded(), encoded.getEncoded())) {
            throw new GeneralSecurityException("not DER");
        }
        return key;
    }

    static String fingerprint(Passkeys.Key key) {
        return fingerprint(key.key().getEncoded());
    }

    /// Empty where the evidence has no key.
    static String fingerprint(String evidence) {
        try {
            byte[] key =
                    evidence.length() > LENGTH_MAX
                            ? null
                            : Assertion.bytes(JsonTree.object(evidence), "publicKey");
            return key == null ? "" : fingerprint(key);
        } catch (JsonTree.MalformedException _) {
            return "";
        }
    }

    private static String fingerprint(byte[] publicKey) {
        return "sha256:" + HexFormat.of().formatHex(Encoding.sha256(publicKey));
    }

    /// By what an accepted assertion is known again. Of an ECDSA signature only `r` counts: whoever has (r, s)
    /// can make (r, n - s), which verifies as well; and `r` differs each time a passkey signs, so that a person
    /// may sign the same thing again.
    ///
    /// @return null where the signature is not written in the one way that DER allows
    static @Nullable String identity(Assertion assertion, Passkeys.Key key) {
        byte[] essential = assertion.signature();
        if (key.key() instanceof ECPublicKey) {
            essential = firstInteger(assertion.signature());
            if (essential == null) {
                return null;
            }
        }
        return Encoding.base64(
                Encoding.sha256(
                        Encoding.sha256(assertion.credential().getBytes(StandardCharsets.UTF_8)),
                        Encoding.sha256(assertion.authenticatorData()),
                        Encoding.sha256(assertion.clientData()),
                        essential));
    }

    /// The first of the two integers of a DER sequence; null unless it is exactly that, minimal throughout.
    private static byte @Nullable [] firstInteger(byte[] der) {
        if (der.length < 8 || der[0] != 0x30 || der[1] < 0 || der[1] != der.length - 2) {
            return null;
        }
        int second = 4 + der[3];
        if (der[3] < 1 || second + 2 >= der.length || der[second + 1] < 1) {
            return null;
        }
        if (second + 2 + der[second + 1] != der.length) {
            return null;
        }
        byte[] r = Arrays.copyOfRange(der, 4, second);
        byte[] s = Arrays.copyOfRange(der, second + 2, der.length);
        boolean integers = der[2] == 2 && der[second] == 2;
        return integers && minimal(r) && minimal(s) ? r : null;
    }

    private static boolean minimal(byte[] integer) {
        BigInteger value = new BigInteger(integer);
        return value.signum() > 0 && Arrays.equals(value.toByteArray(), integer);
    }
}
