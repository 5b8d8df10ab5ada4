package dev.holdfast.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.web.Audience;
import dev.holdfast.server.web.RouteTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The OpenAPI document as it is served, to be compared with what is served.
final class DocumentUnderTest {
    private final Map<String, Object> document;

    DocumentUnderTest(Map<String, Object> document) {
        this.document = document;
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    /// Each operation with who may call it.
    Set<String> told() {
        Set<String> told = new TreeSet<>();
        map(document.get("paths"))
                .forEach((path, operations) ->
                        map(operations)
                                .forEach((method, operation) ->
                                        told.add(told(path, method, map(operation)))));
        return told;
    }

    /// Each route with who may call it.
    static Set<String> served(List<RouteTable.Route> routes) {
        Set<String> served = new TreeSet<>();
        for (RouteTable.Route route : routes) {
            if (route.path().startsWith("/api/v1/")) {
                served.add(route.method() + " " + route.path() + " " + who(route.audience()));
            }
        }
        return served;
    }

    private static String told(Object path, Object method, Map<?, ?> operation) {
        String who;
        if (operation.get("x-roles") instanceof List<?> roles) {
            who = new TreeSet<>(roles.stream().map(String::valueOf).toList()).toString();
        } else {
            who =
                    String.valueOf(operation.get("security")).contains("agent")
                            ? "agents"
                            : "everyone";
        }
        return String.valueOf(method).toUpperCase(Locale.ROOT) + " " + path + " " + who;
    }

    private static String who(Audience audience) {
        return switch (audience) {
            case Audience.Everyone _ -> "everyone";
            case Audience.Agents _ -> "agents";
            case Audience.People(Set<Role> roles) ->
                    roles.stream()
                            .map(role -> role.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.toCollection(TreeSet::new))
                            .toString();
        };
    }

    /// Compares an answer with the schema that the document has for it.
    ///
    /// @param route method and path as the document has them
    void compare(String route, ApiStage.Answer answer) {
        String method = route.substring(0, route.indexOf(' ')).toLowerCase(Locale.ROOT);
        String path = route.substring(route.indexOf(' ') + 1);
        Map<?, ?> responses =
                map(map(map(map(document.get("paths")).get(path)).get(method)).get("responses"));
        assertThat(responses).as(route).isNotEmpty();
        Map<?, ?> response = map(responses.get(Integer.toString(answer.status())));
        Object schema =
                response.isEmpty()
                        ? Map.of("$ref", "#/components/schemas/Error")
                        : map(map(response.get("content")).get("application/json")).get("schema");
        if (schema == null) {
            assertThat(answer.text()).as(route).isEmpty();
            return;
        }
        Map<String, Object> whole = new LinkedHashMap<>();
        map(schema).forEach((key, value) -> whole.put(String.valueOf(key), value));
        whole.put(
                "components",
                Map.of("schemas", map(map(document.get("components")).get("schemas"))));
        assertThat(
                        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                                .getSchema(JsonText.indented(whole))
                                .validate(answer.text(), InputFormat.JSON))
                .as("%s: %s", route, answer.text())
                .isEmpty();
    }
}
