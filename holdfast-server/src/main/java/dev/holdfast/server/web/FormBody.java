package dev.holdfast.server.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a form (`application/x-www-form-urlencoded`).
final class FormBody {
    private static final int FIELDS_MAX = 200;

    private final Map<String, String> fields;

    private FormBody(Map<String, String> fields) {
        this.fields = fields;
    }

    /// @throws RequestRefused if it is not well-formed, or a field is there twice
    static FormBody read(String text) {
        Map<String, String> fields = new HashMap<>();
        if (!text.isEmpty()) {
            String[] parts = text.split("&", FIELDS_MAX + 1);
            if (parts.length > FIELDS_MAX) {
                throw RequestRefused.malformed("the form has too many fields");
            }
            for (String part : parts) {
                int equals = part.indexOf('=');
                String name = decoded(equals < 0 ? part : part.substring(0, equals));
                String value = equals < 0 ? "" : decoded(part.substring(equals + 1));
                if (fields.putIfAbsent(name, value) != null) {
                    throw RequestRefused.malformed("a field of the form is there twice");
                }
            }
        }
        return new FormBody(fields);
    }

    private static String decoded(String text) {
        try {
            String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
            if (decoded.indexOf('\0') >= 0) {
                throw RequestRefused.malformed("a field of the form contains a NUL");
            }
            return decoded;
        } catch (IllegalArgumentException _) {
            throw RequestRefused.malformed("the form is not well-formed");
        }
    }

    @Nullable String field(String name) {
        return fields.get(name);
    }
}
