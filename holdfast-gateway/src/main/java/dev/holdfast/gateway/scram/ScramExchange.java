package dev.holdfast.gateway.scram;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import dev.holdfast.gateway.scram.ScramStep.Challenge;
import dev.holdfast.gateway.scram.ScramStep.Malformed;
import dev.holdfast.gateway.scram.ScramStep.Proven;
import dev.holdfast.gateway.scram.ScramStep.Unproven;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One login by SCRAM-SHA-256 or SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), the server's side of it.
///
/// As in PostgreSQL the user's name inside the exchange is ignored: the one of the start-up packet
/// counts. The exchange always goes to its end, with the same work, whether or not the login can
/// succeed: see [ScramCandidate].
///
/// Three details decide over a man in the middle, all about the first character of the client's
/// first message: `p` binds the exchange to the certificate and must come with PLUS; `n` says that
/// the client cannot bind and must come without; `y` says that the client can bind and believes
/// that the server cannot. Where the server can, `y` means that somebody removed PLUS from the
/// server's list, and the login ends.
public final class ScramExchange {
    /// A longer message is refused; PostgreSQL has the same limit.
    public static final int MESSAGE_BYTES_MAX = 1_024;

    static final String PLAIN = "SCRAM-SHA-256";
    static final String PLUS = "SCRAM-SHA-256-PLUS";

    private static final String BINDING_TYPE = "tls-server-end-point";
    private static final int NONCE_BYTES = 18;
    private static final int PROOF_BYTES = 32;
    private static final ScramMechanism HASH = ScramMechanism.SCRAM_SHA_256;

    private final ScramCandidate candidate;
    private final byte @Nullable [] bindingData;
    private final String serverNonce;
    private State state = State.FIRST;
    private String gs2Header = "";
    private String nonce = "";
    private String authMessageStart = "";

    private enum State {
        FIRST,
        FINAL,
        DONE
    }

    /// @param bindingData the hash of the server's certificate as RFC 5929 defines it; null where
    ///     the client is not connected by TLS
    public ScramExchange(
            ScramCandidate candidate, byte @Nullable [] bindingData, SecureRandom random) {
        this(candidate, bindingData, nonce(random));
    }

    ScramExchange(ScramCandidate candidate, byte @Nullable [] bindingData, String serverNonce) {
        this.candidate = candidate;
        this.bindingData = bindingData == null ? null : bindingData.clone();
        this.serverNonce = serverNonce;
    }

    /// The mechanisms to offer, best first.
    public List<String> mechanisms() {
        return bindingData == null ? List.of(PLAIN) : List.of(PLUS, PLAIN);
    }

    /// The client's choice and its first message.
    public ScramStep first(String mechanism, byte[] message) {
        if (state != State.FIRST || !mechanisms().contains(mechanism)) {
            return malformed("the client chose a mechanism that was not offered");
        }
        String text = text(message);
        if (text == null) {
            return malformed("the first message is not printable text");
        }
        // gs2-header = flag "," [authzid] ","; then the bare message: n=name,r=nonce[,extensions]
        String[] parts = text.split(",", -1);
        if (parts.length < 4) {
            return malformed("the first message is incomplete");
        }
        String problem = flagProblem(mechanism, parts[0]);
        if (problem != null) {
            return malformed(problem);
        }
        if (!parts[1].isEmpty()) {
            return malformed("an authorization identity is not supported");
        }
        String clientNonce = parts[3].startsWith("r=") ? parts[3].substring(2) : "";
        if (!parts[2].startsWith("n=") || clientNonce.isEmpty()) {
            // Also the mandatory extension m=…, which stands where n= is expected.
            return malformed("the first message has no name or no nonce");
        }
        gs2Header = parts[0] + ",,";
        nonce = clientNonce + serverNonce;
        ScramVerifier verifier = candidate.verifier();
        String serverFirst =
                "r=" + nonce + ",s=" + verifier.saltBase64() + ",i=" + verifier.iterations();
        authMessageStart = text.substring(gs2Header.length()) + "," + serverFirst + ",";
        state = State.FINAL;
        return new Challenge(serverFirst);
    }

    /// The client's last message, with its proof.
    public ScramStep last(byte[] message) {
        if (state != State.FINAL) {
            return malformed("the last message came out of turn");
        }
        state = State.DONE;
        String text = text(message);
        int proofAt = text == null ? -1 : text.lastIndexOf(",p=");
        if (text == null || proofAt < 0) {
            return malformed("the last message has no proof");
        }
        String withoutProof = text.substring(0, proofAt);
        byte[] proof = base64(text.substring(proofAt + 3));
        String[] parts = withoutProof.split(",", -1);
        if (proof == null || proof.length != PROOF_BYTES || parts.length < 2) {
            return malformed("the last message is incomplete");
        }
        if (!parts[0].equals("c=" + bindingBase64())) {
            // A wrong certificate hash is what a man in the middle looks like.
            return malformed("the channel binding does not match");
        }
        if (!constantTimeEquals(parts[1], "r=" + nonce)) {
            return malformed("the nonce does not match");
        }
        return verify(authMessageStart + withoutProof, proof);
    }

    private ScramStep verify(String authMessage, byte[] proof) {
        ScramVerifier verifier = candidate.verifier();
        byte[] signature = ScramFunctions.clientSignature(HASH, verifier.storedKey(), authMessage);
        byte[] clientKey = ScramFunctions.clientProof(proof, signature);
        byte[] storedKey = ScramFunctions.hash(HASH, clientKey);
        byte[] serverSignature =
                ScramFunctions.serverSignature(HASH, verifier.serverKey(), authMessage);
        // Everything is computed before anything is decided: the time tells nothing.
        boolean proven =
                MessageDigest.isEqual(storedKey, verifier.storedKey()) && candidate.mayLogIn();
        if (!proven) {
            return new Unproven();
        }
        return new Proven("v=" + Base64.getEncoder().encodeToString(serverSignature));
    }

    private @Nullable String flagProblem(String mechanism, String flag) {
        boolean plus = mechanism.equals(PLUS);
        if (flag.equals("n")) {
            return plus ? "SCRAM-SHA-256-PLUS was chosen without channel binding" : null;
        }
        if (flag.equals("y")) {
            return plus || bindingData != null
                    ? "channel binding was removed from the offered mechanisms on the way"
                    : null;
        }
        if (flag.equals("p=" + BINDING_TYPE)) {
            return plus ? null : "channel binding was used without SCRAM-SHA-256-PLUS";
        }
        return "the channel binding type is not supported";
    }

    private String bindingBase64() {
        byte[] header = gs2Header.getBytes(StandardCharsets.US_ASCII);
        byte[] data = gs2Header.startsWith("p") && bindingData != null ? bindingData : new byte[0];
        byte[] all = ByteBuffer.allocate(header.length + data.length).put(header).put(data).array();
        return Base64.getEncoder().encodeToString(all);
    }

    private Malformed malformed(String what) {
        state = State.DONE;
        return new Malformed(what);
    }

    /// The text of a message, or null unless every character of it is printable ASCII or part of a
    /// valid UTF-8 sequence (a name may be; nonces are checked by being compared).
    private static @Nullable String text(byte[] message) {
        if (message.length > MESSAGE_BYTES_MAX) {
            return null;
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
            return text.chars().anyMatch(Character::isISOControl) ? null : text;
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    private static byte @Nullable [] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static boolean constantTimeEquals(String left, String right) {
        return MessageDigest.isEqual(
                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    private static String nonce(SecureRandom random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
