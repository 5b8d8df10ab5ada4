package dev.holdfast.gateway.scram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.scram.ScramStep.Challenge;
import dev.holdfast.gateway.scram.ScramStep.Malformed;
import dev.holdfast.gateway.scram.ScramStep.Proven;
import dev.holdfast.gateway.scram.ScramStep.Unproven;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {
    private static final String PLAIN = "SCRAM-SHA-256";
    private static final String PLUS = "SCRAM-SHA-256-PLUS";

    /// RFC 7677, section 3.
    private static final ScramVerifier PENCIL =
            ScramVerifier.of(
                    "pencil".toCharArray(),
                    4_096,
                    Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));

    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String CLIENT_FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String CLIENT_LAST =
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private static final byte[] CERTIFICATE_HASH =
            "a hash of the certificate".getBytes(StandardCharsets.US_ASCII);

    @Test
    void speaksTheExampleOfRfc7677() {
        ScramExchange exchange = exchange(true, null);
        assertThat(text(exchange.first(PLAIN, bytes(CLIENT_FIRST))))
                .isEqualTo(
                        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        ScramStep last = exchange.last(bytes(CLIENT_LAST));
        assertThat(last).isInstanceOf(Proven.class);
        assertThat(text(last)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    void doesNotLetInWhoMayNotLogInThoughTheProofIsRight() {
        ScramExchange exchange = exchange(false, null);
        assertThat(exchange.first(PLAIN, bytes(CLIENT_FIRST))).isInstanceOf(Challenge.class);
        assertThat(exchange.last(bytes(CLIENT_LAST))).isInstanceOf(Unproven.class);
    }

    @Test
    void refusesAWrongProof() {
        ScramExchange exchange = exchange(true, null);
        exchange.first(PLAIN, bytes(CLIENT_FIRST));
        assertThat(exchange.last(bytes(CLIENT_LAST.replace("dHzb", "eHzb"))))
                .isInstanceOf(Unproven.class);
    }

    @Test
    void cannotBeAskedTwice() {
        ScramExchange exchange = exchange(true, null);
        exchange.first(PLAIN, bytes(CLIENT_FIRST));
        exchange.last(bytes(CLIENT_LAST.replace("dHzb", "eHzb")));
        assertThat(exchange.last(bytes(CLIENT_LAST))).isInstanceOf(Malformed.class);
        assertThat(exchange.first(PLAIN, bytes(CLIENT_FIRST))).isInstanceOf(Malformed.class);
    }

    @Test
    void acceptsNoProofBeforeTheFirstMessage() {
        assertThat(exchange(true, null).last(bytes(CLIENT_LAST))).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "n",
                "n,,",
                "n,,n=user",
                "n,,n=user,r=",
                "n,,r=abc,n=user",
                "n,,m=ext,n=user,r=abc",
                "n,a=other,n=user,r=abc",
                "x,,n=user,r=abc",
                "p=tls-unique,,n=user,r=abc",
                "n,,n=user,r=ab\u0000c",
                "n,,n=us\ner,r=abc",
            })
    void refusesAMalformedFirstMessage(String message) {
        assertThat(exchange(true, null).first(PLAIN, bytes(message))).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c=biws",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=!!!!",
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzb",
                "c=biws,r=other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            })
    void refusesAMalformedLastMessage(String message) {
        ScramExchange exchange = exchange(true, null);
        exchange.first(PLAIN, bytes(CLIENT_FIRST));
        assertThat(exchange.last(bytes(message))).isInstanceOf(Malformed.class);
    }

    @Test
    void refusesInvalidUtf8AndWhatIsTooLong() {
        byte[] invalid = bytes(CLIENT_FIRST);
        invalid[5] = (byte) 0xC0;
        assertThat(exchange(true, null).first(PLAIN, invalid)).isInstanceOf(Malformed.class);
        String longNonce = "n,,n=user,r=" + "a".repeat(ScramExchange.MESSAGE_BYTES_MAX);
        assertThat(exchange(true, null).first(PLAIN, bytes(longNonce)))
                .isInstanceOf(Malformed.class);
    }

    @Test
    void offersBindingOnlyWhereThereIsACertificate() {
        assertThat(exchange(true, null).mechanisms()).isEqualTo(List.of(PLAIN));
        assertThat(exchange(true, CERTIFICATE_HASH).mechanisms()).isEqualTo(List.of(PLUS, PLAIN));
        assertThat(exchange(true, null).first(PLUS, bytes("p=tls-server-end-point,,n=,r=abc")))
                .isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @CsvSource({
        // mechanism, flag, TLS, goes on
        "SCRAM-SHA-256,      n,                      false, true",
        "SCRAM-SHA-256,      y,                      false, true",
        "SCRAM-SHA-256,      n,                      true,  true",
        "SCRAM-SHA-256,      y,                      true,  false",
        "SCRAM-SHA-256,      p=tls-server-end-point, true,  false",
        "SCRAM-SHA-256-PLUS, p=tls-server-end-point, true,  true",
        "SCRAM-SHA-256-PLUS, p=tls-unique,           true,  false",
        "SCRAM-SHA-256-PLUS, n,                      true,  false",
        "SCRAM-SHA-256-PLUS, y,                      true,  false",
        "SCRAM-SHA-256-PLUS, p=tls-server-end-point, false, false",
        "SCRAM-SHA-1,        n,                      true,  false",
    })
    void allowsExactlyTheHonestCombinationsOfMechanismAndFlag(
            String mechanism, String flag, boolean tls, boolean goesOn) {
        ScramStep step =
                exchange(true, tls ? CERTIFICATE_HASH : null)
                        .first(mechanism, bytes(flag + ",,n=,r=abc"));
        assertThat(step).isInstanceOf(goesOn ? Challenge.class : Malformed.class);
    }

    @Test
    void refusesAnExchangeBoundToAnotherCertificate() {
        ScramExchange exchange = exchange(true, CERTIFICATE_HASH);
        exchange.first(PLUS, bytes("p=tls-server-end-point,,n=,r=abc"));
        String other = "p=tls-server-end-point,,a hash of another certificate";
        ScramStep step =
                exchange.last(
                        bytes(
                                "c="
                                        + Base64.getEncoder().encodeToString(bytes(other))
                                        + ",r=abc"
                                        + SERVER_NONCE
                                        + ",p="
                                        + Base64.getEncoder().encodeToString(new byte[32])));
        assertThat(step).isEqualTo(new Malformed("the channel binding does not match"));
    }

    @Test
    void givesAnUnknownAgentTheSameSaltEachTimeAndEachAnother() {
        MockVerifiers mocks =
                new MockVerifiers(MockSecret.random(new SecureRandom()), List.of(PENCIL));
        assertThat(mocks.verifier("nobody").encoded())
                .isEqualTo(mocks.verifier("nobody").encoded());
        assertThat(mocks.verifier("nobody").saltBase64())
                .isNotEqualTo(mocks.verifier("noone").saltBase64())
                .hasSameSizeAs(PENCIL.saltBase64());
    }

    @Test
    void givesAnUnknownAgentTheUsualIterationCount() {
        ScramVerifier rare = ScramVerifier.of("a".toCharArray(), 5_000, new byte[16]);
        ScramVerifier usual = ScramVerifier.of("b".toCharArray(), 6_000, new byte[16]);
        MockVerifiers mocks =
                new MockVerifiers(
                        MockSecret.random(new SecureRandom()), List.of(usual, rare, usual));
        assertThat(mocks.verifier("nobody").iterations()).isEqualTo(6_000);
    }

    private static ScramExchange exchange(boolean mayLogIn, byte @Nullable [] bindingData) {
        return new ScramExchange(new ScramCandidate(PENCIL, mayLogIn), bindingData, SERVER_NONCE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ScramStep step) {
        return switch (step) {
            case Challenge challenge -> challenge.message();
            case Proven proven -> proven.message();
            case Unproven _ -> "unproven";
            case Malformed malformed -> malformed.what();
        };
    }
}
