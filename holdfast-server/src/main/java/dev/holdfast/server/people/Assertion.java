package dev.holdfast.server.people;

import dev.holdfast.server.text.JsonTree;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `navigator.credentials.get` gave, as its `toJSON()` writes it: nothing of it is checked yet. Its bytes
/// belong to it: nobody changes them.
final class Assertion {
    private static final int LENGTH_MAX = 16 << 10;

    private final String credential;
    private final byte[] clientData;
    private final byte[] authenticatorData;
    private final byte[] signature;
    private final byte @Nullable [] userHandle;

    private Assertion(
            String credential,
            byte[] clientData,
            byte[] authenticatorData,
            byte[] signature,
            byte @Nullable [] userHandle) {
        this.credential = credential;
        this.clientData = clientData;
        this.authenticatorData = authenticatorData;
        this.signature = signature;
        this.userHandle = userHandle;
    }

    /// Reads it; null where it is none.
    static @Nullable Assertion read(String json) {
        Map<String, Object> response = response(json);
        if (response == null) {
            return null;
        }
        byte[] clientData = bytes(response, "clientDataJSON");
        byte[] authenticatorData = bytes(response, "authenticatorData");
        byte[] signature = bytes(response, "signature");
        byte[] id = bytes(response, "id");
        if (clientData == null || authenticatorData == null || signature == null || id == null) {
            return null;
        }
        return new Assertion(
                Encoding.base64(id),
                clientData,
                authenticatorData,
                signature,
                bytes(response, "userHandle"));
    }

    /// The members of `response`, and `id`.
    static @Nullable Map<String, Object> response(String json) {
        if (json.length() > LENGTH_MAX) {
            return null;
        }
        try {
            Map<String, Object> whole = JsonTree.object(json);
            if (whole.get("id") instanceof String id
                    && whole.get("response") instanceof Map<?, ?> response) {
                Map<String, Object> members = new HashMap<>();
                response.forEach((name, value) -> members.put(String.valueOf(name), value));
                members.put("id", id);
                return members;
            }
            return null;
        } catch (JsonTree.MalformedException _) {
            return null;
        }
    }

    static byte @Nullable [] bytes(Map<String, Object> members, String name) {
        return members.get(name) instanceof String text ? Encoding.bytes(text) : null;
    }

    /// The passkey's id, base64url.
    String credential() {
        return credential;
    }

    byte[] clientData() {
        return clientData;
    }

    byte[] authenticatorData() {
        return authenticatorData;
    }

    byte[] signature() {
        return signature;
    }

    /// Null where the authenticator did not tell.
    byte @Nullable [] userHandle() {
        return userHandle;
    }

    /// The challenge that it says it answers; null where it says none.
    byte @Nullable [] challenge() {
        Map<String, Object> members = ClientData.members(clientData);
        return members == null ? null : bytes(members, "challenge");
    }
}
