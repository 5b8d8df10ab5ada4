package dev.holdfast.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Secrets are read by reference, and never repeated.
class ConfiguredSecretsTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"hunter2", "${env:MISSING}", "${SHOP_PASSWORD}", "${vault:x}", "${env:}"})
    void refusesASecretThatIsNotAReferenceToOneAndDoesNotRepeatIt(String written) {
        assertThat(
                        Samples.problems(
                                directory,
                                Samples.MINIMAL.replace("${env:SHOP_PASSWORD}", written)))
                .singleElement()
                .asString()
                .contains("agents[0].databases[0].password")
                .doesNotContain("hunter2");
    }

    @Test
    void refusesASecretFileThatEveryUserMayRead() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "hunter2");
        Samples.mode(password, "rw-r--r--");
        String yaml = Samples.MINIMAL.replace("${env:SHOP_PASSWORD}", "${file:password}");
        assertThat(Samples.problems(directory, yaml))
                .singleElement()
                .asString()
                .contains("open to every user: rw-r--r-- (expected: chmod o-rw ")
                .doesNotContain("hunter2");

        Samples.mode(password, "rw-r-----");
        assertThat(read(yaml).agents().getFirst().databases().getFirst().password())
                .isEqualTo(new Secret("hunter2"));
    }

    @Test
    void refusesAMalformedVerifierAndDoesNotRepeatIt() {
        assertThat(
                        Samples.problems(
                                directory, Samples.MINIMAL.replace(Samples.VERIFIER, "hunter2")))
                .singleElement()
                .asString()
                .contains("not a SCRAM-SHA-256 verifier")
                .doesNotContain("hunter2");
    }

    @Test
    void doesNotRepeatALineThatIsNotYaml() {
        assertThat(Samples.problems(directory, "agents:\n  - password: 'hunter2\n"))
                .singleElement()
                .asString()
                .contains("not YAML")
                .doesNotContain("hunter2");
    }

    @Test
    void refusesAConfigurationThatEveryUserMayChange() throws Exception {
        Path file = Samples.write(directory, Samples.MINIMAL);
        Samples.mode(file, "rw-rw-rw-");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ConfigurationFile.read(file, Samples.ENVIRONMENT))
                .withMessageContaining("and so may an agent");
    }

    @Test
    void neverPrintsASecret() throws Exception {
        assertThat(read(Samples.MINIMAL).toString())
                .doesNotContain("s3cret-value")
                .doesNotContain(Samples.VERIFIER)
                .contains("Secret[hidden]");
    }

    private HoldfastConfiguration read(String yaml) throws IOException, ConfigurationException {
        return ConfigurationFile.read(Samples.write(directory, yaml), Samples.ENVIRONMENT);
    }
}
