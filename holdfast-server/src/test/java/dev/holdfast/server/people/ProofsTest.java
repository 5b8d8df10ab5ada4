package dev.holdfast.server.people;

import static dev.holdfast.server.people.PeopleStage.URL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.people.PeopleStage.Enrolled;
import dev.holdfast.server.people.ProofException.Reason;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProofsTest {
    private static final String DIGEST = "a1".repeat(32);
    private static final String OTHER_DIGEST = "a1".repeat(31) + "a2";
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    @TempDir private Path directory;
    private PeopleStage stage;
    private Proofs proofs;
    private Enrolled ada;

    @BeforeEach
    void enrol() throws IOException, PeopleException {
        stage = new PeopleStage(directory, openStore());
        proofs = stage.people.proofs();
        ada = stage.enrolled("ada", PeopleStage.REVIEWER);
    }

    /// An empty one.
    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private static void refused(Reason reason, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        ProofException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    private String signed() throws ProofException {
        return ada.passkey().get(proofs.passkeyOptions(ada.person(), DIGEST));
    }

    @Test
    void aPasskeySignsTheDigestAndAnyoneCanCheckItLater() throws Exception {
        Proof proof = proofs.passkey(ada.person(), DIGEST, signed());
        assertThat(proof.kind()).isEqualTo(Proof.Kind.PASSKEY);
        assertThat(proof.person()).isEqualTo("ada");
        assertThat(proof.credential()).isEqualTo(ada.passkey().id());
        assertThat(proof.atEpochMillis()).isEqualTo(stage.clock.millis());
        assertThat(Proofs.verifies(proof, DIGEST)).isTrue();
        assertThat(Proofs.verifies(proof, OTHER_DIGEST)).isFalse();
        assertThat(Proofs.fingerprint(proof)).startsWith("sha256:");
        assertThat(stage.recorded("person.enrol").getFirst()).contains(Proofs.fingerprint(proof));
    }

    /// As an auditor would, who has the evidence and the JDK and nothing of ours.
    @Test
    void theEvidenceNeedsNothingOfOursToBeChecked() throws Exception {
        String evidence = proofs.passkey(ada.person(), DIGEST, signed()).evidence();
        byte[] clientData = member(evidence, "clientDataJSON");
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(
                KeyFactory.getInstance("EC")
                        .generatePublic(new X509EncodedKeySpec(member(evidence, "publicKey"))));
        verifier.update(member(evidence, "authenticatorData"));
        verifier.update(MessageDigest.getInstance("SHA-256").digest(clientData));
        assertThat(verifier.verify(member(evidence, "signature"))).isTrue();
        assertThat(new String(clientData, java.nio.charset.StandardCharsets.UTF_8))
                .contains(
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(HexFormat.of().parseHex(DIGEST)));
    }

    @Test
    void theOptionsAskForTheDigestAndForAVerifiedUser() throws Exception {
        assertThat(proofs.passkeyOptions(ada.person(), DIGEST))
                .contains("\"userVerification\": \"required\"")
                .contains("\"rpId\": \"localhost\"")
                .contains(ada.passkey().id())
                .contains(Encoding.base64(HexFormat.of().parseHex(DIGEST)));
    }

    @Test
    void aSignatureForAnotherDigestIsNone() throws Exception {
        String assertion = ada.passkey().get(proofs.passkeyOptions(ada.person(), OTHER_DIGEST));
        refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, assertion));
        assertThat(proofs.passkey(ada.person(), OTHER_DIGEST, assertion)).isNotNull();
    }

    @Test
    void aSignatureForAnotherOriginOrHostIsNone() throws Exception {
        String options = proofs.passkeyOptions(ada.person(), DIGEST);
        for (List<String> elsewhere :
                List.of(
                        List.of("http://evil.example", "localhost"),
                        List.of("http://localhost:6491", "localhost"),
                        List.of("https://localhost:6490", "localhost"),
                        List.of(URL, "evil.example"))) {
            String assertion =
                    ada.passkey().at(elsewhere.getFirst(), elsewhere.getLast()).get(options);
            refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, assertion));
        }
    }

    @Test
    void aSignatureWithoutAVerifiedUserIsNone() throws Exception {
        ada.passkey().verifying(false);
        String assertion = signed();
        refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, assertion));
    }

    @Test
    void anothersPasskeyIsNone() throws Exception {
        Enrolled eve = stage.enrolled("eve", PeopleStage.REVIEWER);
        String assertion = eve.passkey().get(proofs.passkeyOptions(eve.person(), DIGEST));
        refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, assertion));
        String withAdasId = assertion.replace(eve.passkey().id(), ada.passkey().id());
        refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, withAdasId));
    }

    @Test
    void onePasskeysAnswerCountsOnceButItMayAnswerAgain() throws Exception {
        String assertion = signed();
        proofs.passkey(ada.person(), DIGEST, assertion);
        refused(Reason.USED, () -> proofs.passkey(ada.person(), DIGEST, assertion));
        assertThat(proofs.passkey(ada.person(), DIGEST, signed())).isNotNull();
    }

    /// Whoever has seen an ECDSA signature can write another that verifies: (r, n - s).
    @Test
    void oneThatDoesNotCountIsNotReplayedByRewritingItsSignature() throws Exception {
        ada.passkey().counting(false);
        String assertion = signed();
        proofs.passkey(ada.person(), DIGEST, assertion);
        String rewritten = withSignature(assertion, flipped(member(assertion, "signature")));
        assertThat(rewritten).isNotEqualTo(assertion);
        refused(Reason.USED, () -> proofs.passkey(ada.person(), DIGEST, rewritten));
        refused(Reason.USED, () -> proofs.passkey(ada.person(), DIGEST, assertion));
        assertThat(proofs.passkey(ada.person(), DIGEST, signed())).isNotNull();
    }

    @Test
    void aPasskeyThatCountsBackwardsIsRefusedFromThenOnAndAlarmed() throws Exception {
        ada.passkey().signedBefore(41);
        proofs.passkey(ada.person(), DIGEST, signed());
        ada.passkey().signedBefore(7);
        String copys = signed();
        refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, copys));
        assertThat(stage.recorded("person.passkey-copied"))
                .containsExactly("person:ada: use a passkey that counts backwards (refused)");
        ada.passkey().signedBefore(100);
        refused(Reason.NOT_ENROLLED, this::signed);
        String later = ada.passkey().sign(Encoding.base64(HexFormat.of().parseHex(DIGEST)));
        refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, later));
    }

    @Test
    void whatIsNoAssertionIsRefused() {
        for (String text :
                List.of(
                        "",
                        "{}",
                        "[]",
                        "null",
                        "{\"id\":\"x\",\"response\":{}}",
                        "{\"id\":\"%\",\"response\":{\"clientDataJSON\":\"e30\","
                                + "\"authenticatorData\":\"AA\",\"signature\":\"AA\"}}",
                        "{\"id\":\"AA\",\"response\":{\"clientDataJSON\":\"e30\","
                                + "\"authenticatorData\":\"AA\",\"signature\":\"AA\"}}",
                        "{\"id\":\""
                                + ada.passkey().id()
                                + "\",\"response\":{\"clientDataJSON\":\"e30\","
                                + "\"authenticatorData\":\"AA\",\"signature\":\"AA\"}}",
                        "x".repeat(20_000))) {
            refused(Reason.WRONG, () -> proofs.passkey(ada.person(), DIGEST, text));
        }
    }

    @Test
    void changedEvidenceDoesNotVerify() throws Exception {
        Proof proof = proofs.passkey(ada.person(), DIGEST, signed());
        for (String name :
                List.of("signature", "authenticatorData", "clientDataJSON", "publicKey")) {
            byte[] bytes = member(proof.evidence(), name);
            for (int at = 0; at < bytes.length; at++) {
                byte[] changed = bytes.clone();
                changed[at] ^= 1;
                assertThat(Proofs.verifies(with(proof, name, changed), DIGEST))
                        .as("%s, byte %d", name, at)
                        .isFalse();
            }
        }
        for (List<String> swap :
                List.of(
                        List.of(URL, "https://evil.example"),
                        List.of("\"localhost\"", "\"evil.example\""),
                        List.of("-7", "-257"),
                        List.of("-7", "-8"),
                        List.of("\"origin\"", "\"x\""),
                        List.of("{", "{\"origin\": \"" + URL + "\","))) {
            String changed = proof.evidence().replace(swap.getFirst(), swap.getLast());
            assertThat(changed).isNotEqualTo(proof.evidence());
            assertThat(Proofs.verifies(with(proof, changed), DIGEST)).as(changed).isFalse();
        }
        Proof another =
                new Proof(proof.kind(), "ada", "AAAA", proof.evidence(), proof.atEpochMillis());
        assertThat(Proofs.verifies(another, DIGEST)).isFalse();
    }

    /// Byte 25 says how many bits at the end are not used; half of all keys can be written with one, too.
    @Test
    void aPublicKeyHasOneEncoding() throws Exception {
        for (int i = 0; i < 12; i++) {
            Enrolled one = stage.enrolled("p" + i, PeopleStage.REVIEWER);
            Proof proof =
                    proofs.passkey(
                            one.person(),
                            DIGEST,
                            one.passkey().get(proofs.passkeyOptions(one.person(), DIGEST)));
            byte[] key = member(proof.evidence(), "publicKey");
            key[25] = 1;
            assertThat(Proofs.verifies(proof, DIGEST)).isTrue();
            assertThat(Proofs.verifies(with(proof, "publicKey", key), DIGEST)).isFalse();
        }
    }

    @Test
    void aCodeProvesOnceAndNothingOfItVerifiesLater() throws Exception {
        String code = stage.code(ada.secret());
        Proof proof = proofs.totp(ada.person(), DIGEST, code);
        assertThat(proof.kind()).isEqualTo(Proof.Kind.TOTP);
        assertThat(proof.evidence()).contains(DIGEST).doesNotContain(code);
        assertThat(Proofs.verifies(proof, DIGEST)).isFalse();
        refused(Reason.USED, () -> proofs.totp(ada.person(), DIGEST, code));
        refused(Reason.USED, () -> proofs.totp(ada.person(), OTHER_DIGEST, code));
        stage.clock.advance(Duration.ofSeconds(30));
        assertThat(proofs.totp(ada.person(), OTHER_DIGEST, stage.code(ada.secret()))).isNotNull();
    }

    @Test
    void anEarlierCodeDoesNotCountAfterALaterOne() throws Exception {
        String earlier = stage.code(ada.secret());
        stage.clock.advance(Duration.ofSeconds(30));
        proofs.totp(ada.person(), DIGEST, stage.code(ada.secret()));
        refused(Reason.USED, () -> proofs.totp(ada.person(), DIGEST, earlier));
    }

    @Test
    void guessingCodesIsLockedForLongerAndLongerAndPasskeysGoOn() throws Exception {
        for (int i = 0; i < 5; i++) {
            refused(
                    Reason.WRONG,
                    () -> proofs.totp(ada.person(), DIGEST, stage.wrongCode(ada.secret())));
        }
        assertThat(stage.recorded("person.locked"))
                .containsExactly("person:ada: guess codes (refused)");
        refused(Reason.LOCKED, () -> proofs.totp(ada.person(), DIGEST, stage.code(ada.secret())));
        assertThat(proofs.passkey(ada.person(), DIGEST, signed())).isNotNull();
        stage.clock.advance(Duration.ofMinutes(16));
        refused(
                Reason.WRONG,
                () -> proofs.totp(ada.person(), DIGEST, stage.wrongCode(ada.secret())));
        stage.clock.advance(Duration.ofMinutes(16));
        refused(Reason.LOCKED, () -> proofs.totp(ada.person(), DIGEST, stage.code(ada.secret())));
        stage.clock.advance(Duration.ofMinutes(15));
        assertThat(proofs.totp(ada.person(), DIGEST, stage.code(ada.secret()))).isNotNull();
    }

    /// Two or three of a million codes are right at a time.
    @Test
    void aMonthOfGuessingTriesFewCodes() {
        int tried = 0;
        for (int hour = 0; hour < 24 * 30; hour++) {
            try {
                proofs.totp(ada.person(), DIGEST, "not a code");
            } catch (ProofException e) {
                tried += e.reason() == Reason.WRONG ? 1 : 0;
            }
            stage.clock.advance(Duration.ofHours(1));
        }
        assertThat(tried).isBetween(30, 40);
    }

    @Test
    void whoeverIsDisabledProvesNothing() throws Exception {
        String assertion = signed();
        stage.people.disable("olga", "ada");
        refused(Reason.NOT_ENROLLED, () -> proofs.passkey(ada.person(), DIGEST, assertion));
        refused(Reason.NOT_ENROLLED, this::signed);
        refused(
                Reason.NOT_ENROLLED,
                () -> proofs.totp(ada.person(), DIGEST, stage.code(ada.secret())));
    }

    @Test
    void withoutTheStoreNothingIsProven() {
        stage.store.close();
        refused(
                Reason.UNAVAILABLE,
                () -> proofs.totp(ada.person(), DIGEST, stage.code(ada.secret())));
        refused(Reason.UNAVAILABLE, this::signed);
    }

    private static byte[] member(String json, String name) {
        Matcher matcher =
                Pattern.compile("\"" + name + "\"\\s*:\\s*\"([A-Za-z0-9_-]*)\"").matcher(json);
        assertThat(matcher.find()).as(name).isTrue();
        return Base64.getUrlDecoder().decode(matcher.group(1));
    }

    private static String withSignature(String json, byte[] signature) {
        return json.replace(Encoding.base64(member(json, "signature")), Encoding.base64(signature));
    }

    private static Proof with(Proof proof, String name, byte[] changed) {
        return with(
                proof,
                proof.evidence()
                        .replace(
                                Encoding.base64(member(proof.evidence(), name)),
                                Encoding.base64(changed)));
    }

    private static Proof with(Proof proof, String evidence) {
        return new Proof(
                proof.kind(), proof.person(), proof.credential(), evidence, proof.atEpochMillis());
    }

    private static byte[] flipped(byte[] der) {
        int rLength = der[3];
        byte[] r = Arrays.copyOfRange(der, 4, 4 + rLength);
        BigInteger s = new BigInteger(Arrays.copyOfRange(der, 6 + rLength, der.length));
        byte[] other = P256_ORDER.subtract(s).toByteArray();
        byte[] flipped = new byte[6 + rLength + other.length];
        flipped[0] = 0x30;
        flipped[1] = (byte) (flipped.length - 2);
        flipped[2] = 2;
        flipped[3] = (byte) rLength;
        System.arraycopy(r, 0, flipped, 4, rLength);
        flipped[4 + rLength] = 2;
        flipped[5 + rLength] = (byte) other.length;
        System.arraycopy(other, 0, flipped, 6 + rLength, other.length);
        return flipped;
    }
}
