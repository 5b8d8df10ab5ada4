package dev.holdfast.server.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginPasswordTest {
    private static final DatabaseAddress ADDRESS =
            DatabaseAddress.of("postgresql://onlooker@127.0.0.1:5433/shop");

    @TempDir private Path directory;

    @Test
    void takesWhatIsNamedBeforeAnythingElse() throws IOException {
        Map<String, String> environment = Map.of("PGPASSWORD", "one", "OTHER", "two");
        assertThat(LoginPassword.of(ADDRESS, null, environment)).isEqualTo("one");
        assertThat(LoginPassword.of(ADDRESS, "${env:OTHER}", environment)).isEqualTo("two");
        Path file = closed("three\n");
        assertThat(LoginPassword.of(ADDRESS, "${file:" + file + "}", environment))
                .isEqualTo("three");
    }

    @Test
    void findsTheLineOfThePasswordFile() throws IOException {
        Path file = closed("elsewhere:*:*:*:no\n127.0.0.1:5433:shop:onlooker:four\n");
        String before = System.getProperty("org.postgresql.pgpassfile");
        System.setProperty("org.postgresql.pgpassfile", file.toString());
        try {
            assertThat(LoginPassword.of(ADDRESS, null, Map.of("PGPASSFILE", file.toString())))
                    .isEqualTo("four");
        } finally {
            if (before == null) {
                System.clearProperty("org.postgresql.pgpassfile");
            } else {
                System.setProperty("org.postgresql.pgpassfile", before);
            }
        }
    }

    @Test
    void refusesAFileThatOthersCanRead() throws IOException {
        Path file = closed("five");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LoginPassword.of(ADDRESS, "${file:" + file + "}", Map.of()))
                .withMessageContaining("chmod 600")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("five"));
    }

    @Test
    void saysWhereToPutIt() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LoginPassword.of(ADDRESS, "hunter2", Map.of()))
                .withMessageContaining("${env:NAME}")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LoginPassword.of(ADDRESS, "${env:NOT_THERE}", Map.of()))
                .withMessageContaining("NOT_THERE is not set");
    }

    private Path closed(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }
}
