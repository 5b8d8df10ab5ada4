package dev.holdfast.server.cli;

import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where `holdfast login` keeps a session: a file that nobody else can read.
final class SessionFile {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<?> FILE = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final FileAttribute<?> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path file;

    SessionFile(Path file) {
        this.file = file;
    }

    /// `holdfast/session.json` in the state directory of the XDG rules.
    ///
    /// @param environment of the process
    static SessionFile of(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path home =
                state.startsWith("/")
                        ? Path.of(state)
                        : Path.of(System.getProperty("user.home"), ".local", "state");
        return new SessionFile(home.resolve("holdfast").resolve("session.json"));
    }

    /// A session as it is kept.
    ///
    /// @param authority the file of the certificate authority; empty for the ones that Java knows
    record Kept(String url, String user, String token, String authority) {
        @Override
        public String toString() {
            return "Kept[" + user + " at " + url + "]";
        }
    }

    /// What is kept; null where nobody has logged in.
    ///
    /// @throws IOException if it is not to be trusted, or cannot be read
    @Nullable Kept read() throws IOException {
        try {
            if (!Objects.equals(
                    Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS), OWNER_ONLY)) {
                throw new IOException(file + " may be read by others: remove it, and log in again");
            }
            Map<String, Object> members = JsonTree.object(Files.readString(file));
            return new Kept(
                    text(members, "url"),
                    text(members, "user"),
                    text(members, "token"),
                    text(members, "authority"));
        } catch (NoSuchFileException _) {
            return null;
        } catch (JsonTree.MalformedException e) {
            throw new IOException(
                    file + ": " + e.getMessage() + "; remove it, and log in again", e);
        }
    }

    private static String text(Map<String, Object> members, String name) {
        return members.get(name) instanceof String text ? text : "";
    }

    /// Keeps a session; another one is replaced.
    void write(Kept session) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent());
        Files.createDirectories(directory, DIRECTORY);
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("url", session.url());
        members.put("user", session.user());
        members.put("token", session.token());
        members.put("authority", session.authority());
        // Made with its permissions, then moved: at no moment could another user have opened it.
        Path written = Files.createTempFile(directory, "session", ".new", FILE);
        try {
            Files.writeString(written, JsonText.indented(members));
            Files.move(
                    written,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /// Forgets it.
    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    Path path() {
        return file;
    }
}
