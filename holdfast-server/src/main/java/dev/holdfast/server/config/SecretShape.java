package dev.holdfast.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A secret by reference: `${env:NAME}` or `${file:/path}`. A secret written into the file itself
/// is refused: the file is kept in version control, shown in reviews and read by backups.
///
/// No message of this class repeats what it read.
record SecretShape() implements Shape<Secret> {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{(?:env:([A-Za-z_][A-Za-z0-9_]*)|file:([^}]+))}");

    /// Far above any password; keeps a wrong path from reading a device without end.
    private static final int FILE_SIZE_BYTES_MAX = 4096;

    @Override
    public @Nullable Secret read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation());
        if (text == null) {
            return null;
        }
        Matcher matcher = REFERENCE.matcher(text);
        if (!matcher.matches()) {
            reading.problem(
                    node,
                    path,
                    "a secret must not stand in this file (expected: " + expectation() + ")");
            return null;
        }
        String variable = matcher.group(1);
        return variable == null
                ? fromFile(node, path, reading, reading.resolve(matcher.group(2)))
                : fromVariable(node, path, reading, variable);
    }

    private static @Nullable Secret fromVariable(
            Node node, String path, Reading reading, String name) {
        String value = reading.environment().valueOf(name);
        if (value == null || value.isEmpty()) {
            String state = value == null ? "not set" : "empty";
            reading.problem(node, path, "the environment variable " + name + " is " + state);
            return null;
        }
        return new Secret(value);
    }

    private static @Nullable Secret fromFile(Node node, String path, Reading reading, Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                String mode = PosixFilePermissions.toString(permissions);
                reading.problem(
                        node,
                        path,
                        "%s is open to every user: %s (expected: chmod o-rw %s)"
                                .formatted(file, mode, file));
                return null;
            }
            if (!Files.isRegularFile(file) || Files.size(file) > FILE_SIZE_BYTES_MAX) {
                reading.problem(
                        node,
                        path,
                        "%s is not a secret (expected: a regular file of at most %d bytes)"
                                .formatted(file, FILE_SIZE_BYTES_MAX));
                return null;
            }
            String value = Files.readString(file).replaceFirst("\\r?\\n\\z", "");
            if (value.isEmpty()) {
                reading.problem(node, path, file + " is empty");
                return null;
            }
            return new Secret(value);
        } catch (IOException | UnsupportedOperationException e) {
            // The exception's class says why (NoSuchFile, AccessDenied, MalformedInput);
            // its message could repeat bytes of the secret.
            reading.problem(node, path, file + " cannot be read: " + e.getClass().getSimpleName());
            return null;
        }
    }

    @Override
    public String expectation() {
        return "${env:NAME} or ${file:/path}";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^\\$\\{(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\\}$");
        return schema;
    }
}
