package dev.holdfast.server.people;

import dev.holdfast.server.text.JsonTree;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a browser says that a passkey is used for.
final class ClientData {
    private static final int LENGTH_MAX = 4 << 10;

    private ClientData() {}

    /// Null where it is not well-formed.
    static @Nullable Map<String, Object> members(byte[] json) {
        if (json.length > LENGTH_MAX) {
            return null;
        }
        try {
            return JsonTree.object(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString());
        } catch (CharacterCodingException | JsonTree.MalformedException _) {
            return null;
        }
    }
}
