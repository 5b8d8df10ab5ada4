package dev.holdfast.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A SCRAM-SHA-256 verifier in PostgreSQL's form, as such or by reference. No message repeats it.
record VerifierShape() implements Shape<Secret> {
    // 32 bytes are 44 characters of base64; PostgreSQL's salt has 16 bytes, others may have more.
    private static final Pattern FORM =
            Pattern.compile(
                    "SCRAM-SHA-256\\$[1-9][0-9]{3,6}:[A-Za-z0-9+/]{16,86}={0,2}"
                            + "\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=");

    @Override
    public @Nullable Secret read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation());
        if (text == null) {
            return null;
        }
        Secret secret =
                text.startsWith("${")
                        ? new SecretShape().read(node, path, reading)
                        : new Secret(text);
        if (secret != null && !FORM.matcher(secret.reveal()).matches()) {
            reading.problem(
                    node, path, "not a SCRAM-SHA-256 verifier (expected: " + expectation() + ")");
            return null;
        }
        return secret;
    }

    @Override
    public String expectation() {
        return "the line that `holdfast agent verifier` prints, or a reference to it";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> literal = new LinkedHashMap<>();
        literal.put("type", "string");
        literal.put("pattern", "^" + FORM.pattern() + "$");
        return Map.of("anyOf", List.of(literal, new SecretShape().schema()));
    }
}
