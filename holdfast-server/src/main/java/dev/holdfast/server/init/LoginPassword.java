package dev.holdfast.server.init;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbcurlresolver.PgPassParser;

/// Where the password for looking at a database comes from, in libpq's order. Never from the command
/// line, which every user of the machine can read.
public final class LoginPassword {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{(?:env:([A-Za-z_][A-Za-z0-9_]*)|file:([^}]+))}");
    private static final int FILE_SIZE_BYTES_MAX = 4096;

    private LoginPassword() {}

    /// Finds the password: what `reference` names, else PGPASSWORD, else the password file, else what a
    /// person types.
    ///
    /// @param reference `${env:NAME}` or `${file:/path}`; null where none was given
    /// @throws IOException if there is none, with where to put it
    public static String of(
            DatabaseAddress address, @Nullable String reference, Map<String, String> environment)
            throws IOException {
        if (reference != null) {
            return referenced(reference, environment);
        }
        String variable = environment.get("PGPASSWORD");
        if (variable != null && !variable.isEmpty()) {
            return variable;
        }
        String kept = fromPasswordFile(address, environment);
        if (kept != null) {
            return kept;
        }
        return typed(address);
    }

    private static String referenced(String reference, Map<String, String> environment)
            throws IOException {
        Matcher matcher = REFERENCE.matcher(reference);
        if (!matcher.matches()) {
            throw new IOException(
                    "--password-from is not a reference (expected: ${env:NAME} or ${file:/path})");
        }
        String name = matcher.group(1);
        if (name != null) {
            String value = environment.get(name);
            if (value == null || value.isEmpty()) {
                throw new IOException(
                        "the environment variable "
                                + name
                                + " is not set; set it, or leave out"
                                + " --password-from to be asked");
            }
            return value;
        }
        Path file = Path.of(matcher.group(2));
        refuseOpen(file);
        if (!Files.isRegularFile(file) || Files.size(file) > FILE_SIZE_BYTES_MAX) {
            throw new IOException(file + " is not a file with one password");
        }
        return Files.readString(file).replaceFirst("\\r?\\n\\z", "");
    }

    private static @Nullable String fromPasswordFile(
            DatabaseAddress address, Map<String, String> environment) throws IOException {
        String named = environment.get("PGPASSFILE");
        Path file =
                named == null || named.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".pgpass")
                        : Path.of(named);
        if (!Files.exists(file)) {
            return null;
        }
        refuseOpen(file);
        return PgPassParser.getPassword(
                address.host(),
                Integer.toString(address.port()),
                address.database(),
                address.user());
    }

    private static void refuseOpen(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.GROUP_READ)) {
            throw new IOException(
                    file + " can be read by others; run: chmod 600 " + file + ", then try again");
        }
    }

    @SuppressWarnings("SystemConsoleNull") // on JDK 25 it is null again where there is no terminal
    private static String typed(DatabaseAddress address) throws IOException {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            char[] password = console.readPassword("Password of %s: ", address.user());
            if (password != null) {
                return new String(password);
            }
        }
        throw new IOException(
                "no password for %s; put it into PGPASSWORD or ~/.pgpass, or name it by --password-from"
                        .formatted(address.description()));
    }
}
