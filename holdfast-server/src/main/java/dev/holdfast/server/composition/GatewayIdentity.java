package dev.holdfast.server.composition;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/// Which gateway this is, where several share one store: an id that is made once and kept beside what only
/// this gateway has, its undo journal and its quarantine.
final class GatewayIdentity {
    private static final String FILE = "gateway.id";
    private static final int RANDOM_BYTES = 10;
    private static final String FORM = "gw_[0-9a-f]{20}";

    private GatewayIdentity() {}

    /// The id that a directory holds; made where it is missing.
    ///
    /// @param directory of the undo journal; it is there
    /// @return `gw_` and 20 hexadecimal digits
    /// @throws IOException if it cannot be read or made, or is not what was made here
    static String keptIn(Path directory, SecureRandom random) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            make(file, random);
        }
        String id = Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (!id.matches(FORM)) {
            throw new IOException(
                    file
                            + ": not a gateway's id (expected: gw_ and 20 hexadecimal digits; where it is"
                            + " damaged, remove it: approvals that were being run then stay in doubt)");
        }
        return id;
    }

    /// Whole or not at all, whatever happens in between.
    private static void make(Path file, SecureRandom random) throws IOException {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String id = "gw_" + HexFormat.of().formatHex(bytes) + "\n";
        Path fresh = file.resolveSibling(FILE + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer written = ByteBuffer.wrap(id.getBytes(StandardCharsets.US_ASCII));
            while (written.hasRemaining()) {
                channel.write(written);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory =
                FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
