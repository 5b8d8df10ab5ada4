package dev.holdfast.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// What `holdfast version` says: the build writes it into `version.properties`.
final class Version implements IVersionProvider {
    private static final String UNKNOWN = "unreleased";

    /// The version of the sources.
    static String number() {
        return property("version", UNKNOWN);
    }

    /// Which commit they are, with `-dirty` where they were changed since; empty where the build could
    /// not know.
    static String revision() {
        return property("revision", "");
    }

    private static String property(String name, String otherwise) {
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            String value = properties.getProperty(name, otherwise);
            // Compiled without Maven, the placeholder is still there.
            return value.startsWith("$") ? otherwise : value;
        } catch (IOException e) {
            throw new UncheckedIOException("version.properties cannot be read", e);
        }
    }

    @Override
    public String[] getVersion() {
        String revision = revision();
        return new String[] {
            "holdfast " + number() + (revision.isEmpty() ? "" : " (" + revision + ")"),
            "java " + Runtime.version()
        };
    }
}
