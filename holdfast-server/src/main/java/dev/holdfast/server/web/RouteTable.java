package dev.holdfast.server.web;

import dev.holdfast.server.people.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// All routes of the port. One cannot be added without saying who may use it.
///
/// A path begins with `/`; a part in braces, such as `{id}`, stands for one segment and is read with
/// [Exchange#path]. What begins with [#API] speaks JSON, everything else is for a browser.
public final class RouteTable {
    /// Where the JSON interface begins.
    public static final String API = "/api/";

    private final List<Route> routes = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    /// How a route is called.
    public enum Method {
        GET,
        POST,
        DELETE
    }

    /// A route as it was added.
    ///
    /// @param served what happens then
    public record Route(Method method, String path, Audience audience, Served served) {
        /// Whether it speaks JSON.
        public boolean api() {
            return path.startsWith(API);
        }
    }

    /// What a route does: answers, or goes on telling.
    public sealed interface Served {
        /// One answer.
        record Answer(RequestHandler handler) implements Served {}

        /// A stream of server-sent events.
        record Events(EventSource source) implements Served {}
    }

    /// For people who have one of the roles. Must change nothing.
    public void get(String path, Set<Role> allowed, RequestHandler handler) {
        add(Method.GET, path, new Audience.People(allowed), new Served.Answer(handler));
    }

    /// For people who have one of the roles.
    public void post(String path, Set<Role> allowed, RequestHandler handler) {
        add(Method.POST, path, new Audience.People(allowed), new Served.Answer(handler));
    }

    /// For people who have one of the roles.
    public void delete(String path, Set<Role> allowed, RequestHandler handler) {
        add(Method.DELETE, path, new Audience.People(allowed), new Served.Answer(handler));
    }

    /// A stream of events, for people who have one of the roles.
    public void events(String path, Set<Role> allowed, EventSource source) {
        add(Method.GET, path, new Audience.People(allowed), new Served.Events(source));
    }

    /// For everyone who reaches the port. Must change nothing and tell nothing that is not public.
    public void openGet(String path, RequestHandler handler) {
        add(Method.GET, path, new Audience.Everyone(), new Served.Answer(handler));
    }

    /// For everyone who reaches the port: signing in.
    public void openPost(String path, RequestHandler handler) {
        add(Method.POST, path, new Audience.Everyone(), new Served.Answer(handler));
    }

    /// For agents, by their own name and password. Must change nothing.
    public void agentGet(String path, RequestHandler handler) {
        add(Method.GET, path, new Audience.Agents(), new Served.Answer(handler));
    }

    /// For agents, by their own name and password.
    public void agentPost(String path, RequestHandler handler) {
        add(Method.POST, path, new Audience.Agents(), new Served.Answer(handler));
    }

    private void add(Method method, String path, Audience audience, Served served) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: " + path + " (expected: it begins with /)");
        }
        if (audience instanceof Audience.Agents != path.startsWith(API + "v1/agent/")) {
            // One look at a path tells who is meant, in a proxy's rules as well.
            throw new IllegalArgumentException(
                    "path: %s (expected: what is for agents, and only that, under %sv1/agent/)"
                            .formatted(path, API));
        }
        if (!known.add(method + " " + path.replaceAll("\\{[^}]*\\}", "{}"))) {
            throw new IllegalArgumentException(
                    "path: %s %s is there twice".formatted(method, path));
        }
        routes.add(new Route(method, path, audience, served));
    }

    /// What was added, in order.
    public List<Route> routes() {
        return List.copyOf(routes);
    }
}
