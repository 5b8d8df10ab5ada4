package dev.holdfast.testkit;

import static dev.holdfast.testkit.PostgresVersion.POSTGRES_15;
import static dev.holdfast.testkit.PostgresVersion.POSTGRES_16;
import static dev.holdfast.testkit.PostgresVersion.POSTGRES_17;
import static dev.holdfast.testkit.PostgresVersion.POSTGRES_18;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PostgresMatrixTest {
    @Test
    void takesOldestAndNewestWhenNothingIsNamed() {
        assertThat(PostgresMatrix.versions("")).containsExactly(POSTGRES_15, POSTGRES_18);
    }

    @Test
    void takesAllOrTheNamedOnes() {
        assertThat(PostgresMatrix.versions("all"))
                .containsExactly(POSTGRES_15, POSTGRES_16, POSTGRES_17, POSTGRES_18);
        assertThat(PostgresMatrix.versions("16, 17")).containsExactly(POSTGRES_16, POSTGRES_17);
    }

    @Test
    void refusesAnUnknownVersionRatherThanTestingLess() {
        assertThatThrownBy(() -> PostgresMatrix.versions("15,99"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PostgresMatrix.versions("newest"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
