package dev.holdfast.server.people;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    /// Appendix B of RFC 6238, of whose eight digits apps show the last six.
    @ParameterizedTest
    @CsvSource({
        "59, 287082",
        "1111111109, 081804",
        "1111111111, 050471",
        "1234567890, 005924",
        "2000000000, 279037",
        "20000000000, 353130"
    })
    void makesTheCodesOfTheStandard(long epochSecond, String code) {
        Instant at = Instant.ofEpochSecond(epochSecond);
        assertThat(Totp.code(SECRET, Totp.step(at))).isEqualTo(code);
        assertThat(Totp.stepOf(SECRET, code, at)).isEqualTo(Totp.step(at));
    }

    @Test
    void aCodeIsRightOneStepBeforeAndAfterAndNoLonger() {
        Instant at = Instant.ofEpochSecond(1_234_567_890);
        String code = Totp.code(SECRET, Totp.step(at));
        assertThat(Totp.stepOf(SECRET, code, at.plusSeconds(30))).isEqualTo(Totp.step(at));
        assertThat(Totp.stepOf(SECRET, code, at.minusSeconds(30))).isEqualTo(Totp.step(at));
        assertThat(Totp.stepOf(SECRET, code, at.plusSeconds(60))).isEqualTo(-1);
        assertThat(Totp.stepOf(SECRET, code, at.minusSeconds(60))).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"05924", "0005924", "00592x", "'٠٠٥٩٢٤'", "''", "' 005924'"})
    void whatIsNotSixDigitsIsNoCode(String code) {
        assertThat(Totp.stepOf(SECRET, code, Instant.ofEpochSecond(1_234_567_890))).isEqualTo(-1);
    }

    @Test
    void theUriIsWhatAppsRead() {
        assertThat(Totp.uri("ada@example.com", SECRET))
                .isEqualTo(
                        "otpauth://totp/Holdfast:ada%40example.com"
                                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Holdfast"
                                + "&algorithm=SHA1&digits=6&period=30");
    }
}
