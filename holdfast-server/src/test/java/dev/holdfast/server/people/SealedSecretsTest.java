package dev.holdfast.server.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedSecretsTest {
    private static final byte[] SECRET = {1, 2, 3, 4, 5};

    private final SecureRandom random = new SecureRandom();
    @TempDir private Path directory;

    private Path file() {
        return directory.resolve("made/people.key");
    }

    @Test
    void whatIsSealedOpensAfterARestartForItsOwnerOnly() throws Exception {
        String sealed = SealedSecrets.in(file(), random).seal("ada", SECRET);
        SealedSecrets again = SealedSecrets.in(file(), random);
        assertThat(again.open("ada", sealed)).isEqualTo(SECRET);
        assertThatThrownBy(() -> again.open("eve", sealed))
                .isInstanceOf(GeneralSecurityException.class);
        assertThat(again.seal("ada", SECRET)).isNotEqualTo(sealed);
    }

    @Test
    void anotherKeyOrAChangedTextOpensNothing() throws Exception {
        SealedSecrets secrets = SealedSecrets.in(file(), random);
        String sealed = secrets.seal("ada", SECRET);
        SealedSecrets other = SealedSecrets.in(directory.resolve("other.key"), random);
        assertThatThrownBy(() -> other.open("ada", sealed))
                .isInstanceOf(GeneralSecurityException.class);
        for (int at = 0; at < sealed.length(); at++) {
            char changed = sealed.charAt(at) == 'A' ? 'Q' : 'A';
            String text = sealed.substring(0, at) + changed + sealed.substring(at + 1);
            assertThatThrownBy(() -> secrets.open("ada", text))
                    .isInstanceOf(GeneralSecurityException.class);
        }
        assertThatThrownBy(() -> secrets.open("ada", ""))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void whatIsSealedApartOpensForItsPurposeOnlyAndIsNoSecret() throws Exception {
        SealedSecrets secrets = SealedSecrets.in(file(), random);
        String sealed = secrets.sealApart("this", SECRET);
        assertThat(SealedSecrets.in(file(), random).openApart("this", sealed)).isEqualTo(SECRET);
        assertThat(secrets.sealApart("this", SECRET)).isNotEqualTo(sealed);
        for (String text :
                new String[] {
                    "", "AAAA", secrets.seal("this", SECRET), "A" + sealed.substring(1)
                }) {
            if (!text.equals(sealed)) {
                assertThatThrownBy(() -> secrets.openApart("this", text))
                        .isInstanceOf(GeneralSecurityException.class);
            }
        }
        assertThatThrownBy(() -> secrets.openApart("that", sealed))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> secrets.open("this", sealed))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void theKeyIsTheOwnersAloneAndOneOpenToOthersIsRefused() throws Exception {
        SealedSecrets.in(file(), random);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(directory.resolve("made")).isDirectoryContaining("glob:**/people.key");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> SealedSecrets.in(file(), random))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void aKeyFileThatIsCutShortIsNotReplaced() throws Exception {
        SealedSecrets.in(file(), random);
        Files.write(file(), new byte[7]);
        assertThatThrownBy(() -> SealedSecrets.in(file(), random))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("7 bytes");
        assertThat(Files.size(file())).isEqualTo(7);
    }
}
