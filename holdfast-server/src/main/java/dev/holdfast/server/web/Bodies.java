package dev.holdfast.server.web;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads the body of a request: bounded in length and in time, and only of the type that was expected.
final class Bodies {
    /// A statement to be explained is the longest thing that is sent.
    static final int BYTES_MAX = 256 << 10;

    /// For the whole body; the connection's own time-out is for a silence.
    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private static final int CHUNK_BYTES = 8 << 10;
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String READ = Bodies.class.getName();

    private Bodies() {}

    /// The fields of a form; read once for each request.
    static FormBody form(Context context) {
        FormBody known = context.attribute(READ);
        if (known != null) {
            return known;
        }
        FormBody read = FormBody.read(text(context, FORM));
        context.attribute(READ, read);
        return read;
    }

    static boolean isForm(Context context) {
        return Objects.equals(mediaType(context.req().getContentType()), FORM);
    }

    /// The body; empty where there is none, whatever the type.
    static String text(Context context, String mediaType) {
        byte[] bytes = bytes(context);
        if (bytes.length == 0) {
            return "";
        }
        if (!mediaType.equals(mediaType(context.req().getContentType()))) {
            // A form of another site can send every type but this one's header.
            throw new RequestRefused(
                    415,
                    "unsupported_media_type",
                    "the body is not of the type that this path takes",
                    "Send it with Content-Type: " + mediaType + ".");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw RequestRefused.malformed("the body is not UTF-8");
        }
    }

    private static @Nullable String mediaType(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    private static byte[] bytes(Context context) {
        if (context.req().getContentLengthLong() > BYTES_MAX) {
            throw tooLarge();
        }
        long deadline = System.nanoTime() + NANOS_MAX;
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = context.req().getInputStream()) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                whole.write(chunk, 0, read);
                if (whole.size() > BYTES_MAX) {
                    throw tooLarge();
                }
                if (System.nanoTime() - deadline > 0) {
                    throw tooSlow();
                }
            }
        } catch (IOException _) {
            // Silent for too long, or gone.
            throw tooSlow();
        }
        return whole.toByteArray();
    }

    private static RequestRefused tooLarge() {
        return new RequestRefused(
                413,
                "body_too_large",
                "the body is too large (expected: at most %d bytes)".formatted(BYTES_MAX),
                "");
    }

    private static RequestRefused tooSlow() {
        return new RequestRefused(408, "body_too_slow", "the body did not come in time", "");
    }
}
