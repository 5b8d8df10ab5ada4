package dev.holdfast.gateway.scram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/// What the salts of agents that do not exist are derived from: see [MockVerifiers].
///
/// It must outlive the process and any change of the configuration. If it were new after a restart, a
/// name whose salt is another one than before would be known not to exist.
public final class MockSecret {
    private static final int BYTES = 32;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final byte[] bytes;

    private MockSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /// One that lasts as long as this object.
    public static MockSecret random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new MockSecret(bytes);
    }

    /// The one that a file holds; the file is made, open to its owner only, where it is missing.
    ///
    /// @throws IOException if it cannot be read or made, is open to others, or is not what was made
    ///     here: the gateway must not start with a secret that others know
    public static MockSecret keptIn(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            make(file, random);
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        Set<PosixFilePermission> owners = PosixFilePermissions.fromString("rw-------");
        if (!owners.containsAll(permissions)) {
            throw new IOException(
                    "%s: %s (expected: rw-------, it is a secret)"
                            .formatted(file, PosixFilePermissions.toString(permissions)));
        }
        if (Files.size(file) != BYTES) {
            throw new IOException(
                    "%s: %d bytes (expected: %d; where it is damaged, remove it)"
                            .formatted(file, Files.size(file), BYTES));
        }
        return new MockSecret(Files.readAllBytes(file));
    }

    /// Whole or not at all, whatever happens in between.
    private static void make(Path file, SecureRandom random) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(fresh, options, OWNER_ONLY)) {
            ByteBuffer bytes = ByteBuffer.wrap(random(random).bytes);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    byte[] bytes() {
        return bytes.clone();
    }
}
