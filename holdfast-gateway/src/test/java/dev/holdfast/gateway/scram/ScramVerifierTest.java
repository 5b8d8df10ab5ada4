package dev.holdfast.gateway.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {
    private static final byte[] RFC_7677_SALT =
            Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

    /// The keys that belong to the password, salt and count of RFC 7677, section 3, as another
    /// implementation (Python's hashlib and hmac) computes them.
    private static final String PENCIL =
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
                    + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                    + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    @Test
    void derivesTheKeysOfRfc7677() {
        assertThat(ScramVerifier.of("pencil".toCharArray(), 4_096, RFC_7677_SALT).encoded())
                .isEqualTo(PENCIL);
    }

    @Test
    void readsWhatItWrites() {
        assertThat(ScramVerifier.parse(PENCIL).encoded()).isEqualTo(PENCIL);
    }

    @Test
    void saltsEachVerifierAnew() {
        SecureRandom random = new SecureRandom();
        assertThat(ScramVerifier.of("pencil".toCharArray(), 4_096, random).encoded())
                .isNotEqualTo(ScramVerifier.of("pencil".toCharArray(), 4_096, random).encoded());
    }

    @Test
    void preparesPasswordsAsSaslPrepDemands() {
        // RFC 4013, section 3: a soft hyphen is mapped to nothing, a Roman numeral nine to "IX".
        String plain = ScramVerifier.of("IX".toCharArray(), 4_096, RFC_7677_SALT).encoded();
        assertThat(ScramVerifier.of("I\u00ADX".toCharArray(), 4_096, RFC_7677_SALT).encoded())
                .isEqualTo(plain);
        assertThat(ScramVerifier.of("\u2168".toCharArray(), 4_096, RFC_7677_SALT).encoded())
                .isEqualTo(plain);
    }

    @Test
    void showsNoKeyInItsText() {
        assertThat(ScramVerifier.parse(PENCIL)).hasToString("ScramVerifier[iterations=4096]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "md5d7b7d0e8d2c4c5c1e2c8f2f5f5f5f5f5",
                "SCRAM-SHA-1$4096:W22Z$WG5d:wfPL",
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d:wfPL",
                "SCRAM-SHA-256$0:W22Z$WG5d:wfPL",
                "SCRAM-SHA-256$-4096:W22Z$WG5d:wfPL",
                "SCRAM-SHA-256$99999999999:W22Z$WG5d:wfPL",
                "SCRAM-SHA-256$4096:=$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                "SCRAM-SHA-256$1:W22ZaJ0SNY7soEsUEjb6gQ=="
                        + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                PENCIL + "\n",
                PENCIL + ":more",
            })
    void refusesWhatIsNotAVerifierAndRepeatsNoneOfIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScramVerifier.parse(text))
                .withMessageContaining("(expected: ")
                .withMessageNotContainingAny("W22Z", "WG5d", "wfPL");
    }
}
