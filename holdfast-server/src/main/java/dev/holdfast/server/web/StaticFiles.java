package dev.holdfast.server.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Scripts, styles and images, which come with the program. A file's address contains the hash of what is in
/// it, so a browser may keep it for ever and never shows an old one.
public final class StaticFiles {
    /// Where they are in the program.
    static final String ROOT = "/dev/holdfast/server/console/static/";

    /// One name and no path: there is nothing to climb out of.
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9][a-z0-9-]{0,60}(?:\\.[a-z0-9-]{1,20}){1,3}");

    private static final int HASH_LENGTH = 16;
    private static final Map<String, String> TYPES =
            Map.of(
                    "css", "text/css; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "svg", "image/svg+xml",
                    "png", "image/png",
                    "ico", "image/x-icon",
                    "woff2", "font/woff2",
                    "txt", "text/plain; charset=utf-8");
    private static final Map<String, File> KNOWN = new ConcurrentHashMap<>();

    private StaticFiles() {}

    private static final class File {
        private final byte[] bytes;
        private final String hash;
        private final String contentType;

        private File(byte[] bytes, String contentType) {
            this.bytes = bytes;
            this.hash = StaticFiles.hash(bytes);
            this.contentType = contentType;
        }
    }

    /// Where a browser finds a file: `/static/<hash>/<name>`.
    ///
    /// @param name such as `holdfast.css`
    /// @throws IllegalArgumentException if there is no such file
    public static String url(String name) {
        File file = file(name);
        if (file == null) {
            throw new IllegalArgumentException(
                    "name: " + name + " (expected: a file of " + ROOT + ")");
        }
        return "/static/" + file.hash + "/" + name;
    }

    static void serve(Context context) {
        File file = file(context.pathParam("name"));
        if (file == null || !file.hash.equals(context.pathParam("hash"))) {
            throw RequestRefused.notFound("this file");
        }
        context.res().setHeader("Cache-Control", "public, max-age=31536000, immutable");
        context.contentType(file.contentType);
        context.result(file.bytes);
    }

    private static @Nullable File file(String name) {
        if (!NAME.matcher(name).matches()) {
            return null;
        }
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            return null;
        }
        File known = KNOWN.get(name);
        if (known != null) {
            return known;
        }
        // Only what is there is remembered: names that somebody makes up take no memory.
        try (InputStream in = StaticFiles.class.getResourceAsStream(ROOT + name)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readAllBytes();
            File file = new File(bytes, type);
            KNOWN.put(name, file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
