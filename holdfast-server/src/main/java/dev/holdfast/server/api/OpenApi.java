package dev.holdfast.server.api;

import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The OpenAPI 3.1 document of the interface, put together of a part for each group of routes.
final class OpenApi implements Routes {
    private static final String ROOT = "/dev/holdfast/server/api/openapi/";

    private final String text;

    /// @throws IllegalStateException if a part is missing, not well-formed, or says what another has said
    OpenApi(List<String> documents) {
        Map<String, Object> whole = new LinkedHashMap<>(part("openapi"));
        Map<String, Object> paths = new LinkedHashMap<>();
        Map<String, Object> schemas = new LinkedHashMap<>(object(whole, "schemas", "openapi"));
        whole.remove("schemas");
        for (String name : documents) {
            Map<String, Object> part = part(name);
            add(paths, object(part, "paths", name), name);
            add(schemas, object(part, "schemas", name), name);
        }
        Map<String, Object> components =
                new LinkedHashMap<>(object(whole, "components", "openapi"));
        components.put("schemas", schemas);
        whole.put("components", components);
        whole.put("paths", paths);
        text = JsonText.indented(whole);
    }

    private static Map<String, Object> part(String name) {
        try (InputStream in = OpenApi.class.getResourceAsStream(ROOT + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException(ROOT + name + ".json is not there");
            }
            return JsonTree.object(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (JsonTree.MalformedException e) {
            throw new IllegalStateException(ROOT + name + ".json: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> object(
            Map<String, Object> whole, String member, String name) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (!(whole.get(member) instanceof Map<?, ?> found)) {
            throw new IllegalStateException(name + ".json: " + member + " is missing");
        }
        found.forEach((key, value) -> object.put(String.valueOf(key), value));
        return object;
    }

    private static void add(Map<String, Object> to, Map<String, Object> more, String name) {
        more.forEach((key, value) -> {
            if (to.putIfAbsent(key, value) != null) {
                throw new IllegalStateException(name + ".json: " + key + " is there twice");
            }
        });
    }

    @Override
    public void add(RouteTable table) {
        table.openGet("/api/openapi.json", exchange -> exchange.answer("application/json", text));
    }
}
