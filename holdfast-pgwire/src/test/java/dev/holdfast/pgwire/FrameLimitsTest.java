package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameLimitsTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    @Test
    void hasTheseDefaultsForClients() {
        assertThat(FrontendLimits.defaults())
                .isEqualTo(new FrontendLimits(MIB, 16 * MIB, 16 * MIB, 8 * KIB, 64 * KIB));
    }

    @Test
    void hasTheseDefaultsForServers() {
        assertThat(BackendLimits.defaults())
                .isEqualTo(new BackendLimits(1024 * MIB - 1, MIB, MIB, 64 * KIB));
    }

    @Test
    void givesEachMessageOfAClientItsLimit() {
        FrameLimits limits = FrameLimits.frontend(new FrontendLimits(100, 200, 300, 400, 500));

        assertThat(limitsOf(limits, "QPF")).containsOnly(100);
        assertThat(limitsOf(limits, "B")).containsOnly(200);
        assertThat(limitsOf(limits, "d")).containsOnly(300);
        assertThat(limitsOf(limits, "p")).containsOnly(400);
        assertThat(limitsOf(limits, "CDEf")).containsOnly(500);
        assertThat(limitsOf(limits, "SHXc")).containsOnly(4);
        assertThat(typesOf(limits)).isEqualTo("BCDEFHPQSXcdfp");
    }

    @Test
    void givesEachMessageOfAServerItsLimit() {
        FrameLimits limits = FrameLimits.backend(new BackendLimits(100, 200, 300, 400));

        assertThat(limitsOf(limits, "DdV")).containsOnly(100);
        assertThat(limitsOf(limits, "Tt")).containsOnly(200);
        assertThat(limitsOf(limits, "ENA")).containsOnly(300);
        assertThat(limitsOf(limits, "RSCvGHW")).containsOnly(400);
        assertThat(limitsOf(limits, "K")).containsOnly(264);
        assertThat(limitsOf(limits, "Z")).containsOnly(5);
        assertThat(limitsOf(limits, "123Icns")).containsOnly(4);
        assertThat(typesOf(limits)).isEqualTo("123ACDEGHIKNRSTVWZcdnstv");
    }

    @Test
    void capsEveryLimitAndMakesNoTypeKnown() {
        FrameLimits limits = FrameLimits.frontend().cappedAt(64);

        assertThat(limitsOf(limits, "QPFBdpCDEf")).containsOnly(64);
        assertThat(limitsOf(limits, "S")).containsOnly(4);
        assertThat(typesOf(limits)).isEqualTo(typesOf(FrameLimits.frontend()));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 0, -1, 1 << 30, Integer.MAX_VALUE})
    void refusesALimitThatNoLengthCanHave(int bytes) {
        assertThatThrownBy(() -> new FrontendLimits(bytes, 4, 4, 4, 4))
                .hasMessage("statementBytesMax: " + bytes + " (expected: 4..1073741823)");
        assertThatThrownBy(() -> new FrontendLimits(4, bytes, 4, 4, 4))
                .hasMessageStartingWith("bindBytesMax: ");
        assertThatThrownBy(() -> new FrontendLimits(4, 4, bytes, 4, 4))
                .hasMessageStartingWith("copyDataBytesMax: ");
        assertThatThrownBy(() -> new FrontendLimits(4, 4, 4, bytes, 4))
                .hasMessageStartingWith("authenticationBytesMax: ");
        assertThatThrownBy(() -> new FrontendLimits(4, 4, 4, 4, bytes))
                .hasMessageStartingWith("nameBytesMax: ");
        assertThatThrownBy(() -> new BackendLimits(bytes, 4, 4, 4))
                .hasMessageStartingWith("rowBytesMax: ");
        assertThatThrownBy(() -> new BackendLimits(4, bytes, 4, 4))
                .hasMessageStartingWith("descriptionBytesMax: ");
        assertThatThrownBy(() -> new BackendLimits(4, 4, bytes, 4))
                .hasMessageStartingWith("reportBytesMax: ");
        assertThatThrownBy(() -> new BackendLimits(4, 4, 4, bytes))
                .hasMessageStartingWith("smallBytesMax: ");
        assertThatThrownBy(() -> FrameLimits.backend().cappedAt(bytes))
                .hasMessageStartingWith("totalBytesMax: ");
    }

    @Test
    void acceptsTheLeastAndTheLargestLimit() {
        int largest = (1 << 30) - 1;

        assertThatCode(() -> new FrontendLimits(4, 4, 4, 4, 4)).doesNotThrowAnyException();
        assertThatCode(() -> new BackendLimits(largest, largest, largest, largest))
                .doesNotThrowAnyException();
    }

    @Test
    void namesEveryTypeThatHasALimitAndNoOther() {
        for (int type = 0; type < 256; type++) {
            String hex = String.format("0x%02x", type);
            assertThat(FrontendMessageType.name((byte) type).equals(hex))
                    .isEqualTo(FrameLimits.frontend().lengthMax((byte) type) == 0);
            assertThat(BackendMessageType.name((byte) type).equals(hex))
                    .isEqualTo(FrameLimits.backend().lengthMax((byte) type) == 0);
        }
    }

    private static int[] limitsOf(FrameLimits limits, String types) {
        return types.chars().map(type -> limits.lengthMax((byte) type)).toArray();
    }

    private static String typesOf(FrameLimits limits) {
        StringBuilder types = new StringBuilder();
        for (char type = 0; type < 256; type++) {
            if (limits.lengthMax((byte) type) != 0) {
                types.append(type);
            }
        }
        return types.toString();
    }
}
