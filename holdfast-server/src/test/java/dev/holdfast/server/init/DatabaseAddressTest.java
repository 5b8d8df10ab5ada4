package dev.holdfast.server.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseAddressTest {
    @Test
    void readsEveryPart() {
        assertThat(
                        DatabaseAddress.of(
                                "postgresql://re%40der@db.internal:5433/sh%20op?sslrootcert=root.crt"))
                .isEqualTo(
                        new DatabaseAddress(
                                "db.internal",
                                5433,
                                "sh op",
                                "re@der",
                                "verify-full",
                                Path.of("root.crt")));
    }

    @Test
    void demandsVerifiedTlsUnlessTheServerIsOnThisMachine() {
        assertThat(DatabaseAddress.of("postgres://me@127.0.0.1/shop").sslMode())
                .isEqualTo("prefer");
        assertThat(DatabaseAddress.of("postgres://me@[::1]/shop").sslMode()).isEqualTo("prefer");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> DatabaseAddress.of("postgresql://me@db.internal/shop"))
                .withMessageContaining("verify-full")
                .withMessageContaining("sslrootcert=root.crt");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://me:hunter2@localhost/shop, PGPASSWORD",
        "postgresql://localhost/shop, names no user",
        "postgresql://me@localhost, names no database",
        "postgresql:///shop, no host",
        "mysql://me@localhost/shop, postgresql://",
        "postgresql://me@localhost/shop?sslmode=allow, sslmode: allow",
        "postgresql://me@localhost/shop?options=-c, options",
        "postgresql://me@localhost/shop?sslrootcert=x, sslmode=verify-full",
        "postgresql://me@h%%/hunter2, malformed"
    })
    void saysWhatToWriteInstead(String address, String expected) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> DatabaseAddress.of(address))
                .withMessageContaining(expected)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }
}
