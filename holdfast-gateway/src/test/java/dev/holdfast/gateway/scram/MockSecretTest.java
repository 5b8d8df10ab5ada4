package dev.holdfast.gateway.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MockSecretTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ScramVerifier OTHER =
            ScramVerifier.of("other".toCharArray(), ScramVerifier.ITERATIONS_DEFAULT, RANDOM);

    @TempDir private Path directory;

    private Path file() {
        return directory.resolve("login.secret");
    }

    private static String salt(MockSecret secret, List<ScramVerifier> real) {
        return new MockVerifiers(secret, real).verifier("nobody").encoded();
    }

    @Test
    void aNameKeepsItsSaltThroughRestartsAndChangesOfTheConfiguration() throws IOException {
        String before = salt(MockSecret.keptIn(file(), RANDOM), List.of());
        String after = salt(MockSecret.keptIn(file(), RANDOM), List.of(OTHER));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void anotherGatewayHasAnother() throws IOException {
        String here = salt(MockSecret.keptIn(file(), RANDOM), List.of());
        String there = salt(MockSecret.keptIn(directory.resolve("there"), RANDOM), List.of());
        assertThat(there).isNotEqualTo(here);
        assertThat(salt(MockSecret.random(RANDOM), List.of())).isNotEqualTo(here);
    }

    @Test
    void theFileIsItsOwnersOnly() throws IOException {
        MockSecret.keptIn(file(), RANDOM);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(directory.toFile().list()).containsExactly("login.secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx", "rw-----w-"})
    void aFileThatIsOpenToOthersStopsTheStart(String permissions) throws IOException {
        MockSecret.keptIn(file(), RANDOM);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> MockSecret.keptIn(file(), RANDOM))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(permissions);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 1_000})
    void aFileThatIsNotWholeStopsTheStart(int bytes) throws IOException {
        MockSecret.keptIn(file(), RANDOM);
        Files.write(file(), new byte[bytes]);
        assertThatThrownBy(() -> MockSecret.keptIn(file(), RANDOM))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(bytes + " bytes (expected: 32");
    }

    @Test
    void whatACrashLeftHalfWrittenIsMadeAnew() throws IOException {
        Files.write(directory.resolve("login.secret.new"), new byte[7]);
        assertThat(MockSecret.keptIn(file(), RANDOM)).isNotNull();
        assertThat(Files.size(file())).isEqualTo(32);
    }
}
