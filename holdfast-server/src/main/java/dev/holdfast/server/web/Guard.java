package dev.holdfast.server.web;

import dev.holdfast.server.people.Role;
import io.javalin.http.Context;
import jakarta.servlet.http.Cookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who is calling, and whether the request may have been made for him by someone else.
final class Guard {
    /// The header of scripts that carries the CSRF token; forms have a field.
    static final String CSRF_HEADER = "X-CSRF-Token";

    /// The field of forms that carries the CSRF token.
    static final String CSRF_FIELD = "csrf";

    /// Javalin takes a route by what this header says, and everything else would go by the method that was sent.
    private static final String OTHER_METHOD = "X-HTTP-Method-Override";

    private static final Set<String> METHODS = Set.of("GET", "POST", "DELETE");
    private static final int CREDENTIAL_LENGTH_MAX = 1_024;
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

    private final WebSettings settings;
    private final PersonSessions people;
    private final AgentLogins agents;

    Guard(WebSettings settings, PersonSessions people, AgentLogins agents) {
        this.settings = settings;
        this.people = people;
        this.agents = agents;
    }

    /// What a route may know of its caller; one of them at most.
    record Admitted(@Nullable Caller caller, @Nullable String agent) {}

    /// What every request must fulfil, whatever its path.
    void admitRequest(Context context) {
        String method = context.req().getMethod();
        if (!METHODS.contains(method) || context.req().getHeader(OTHER_METHOD) != null) {
            throw methodNotAllowed();
        }
        List<String> hosts = Collections.list(context.req().getHeaders("Host"));
        String host = hosts.size() == 1 ? hosts.getFirst() : "";
        if (!host.toLowerCase(Locale.ROOT).equals(settings.authority().toLowerCase(Locale.ROOT))) {
            // A name of somebody else's that resolves to this machine makes his pages of our
            // origin.
            throw new RequestRefused(
                    421,
                    "wrong_host",
                    "this console is not reached by that name",
                    "Open " + settings.url() + " or set console.url to the address that is used.");
        }
        if (!method.equals("GET")) {
            sameOrigin(context);
        }
    }

    static RequestRefused methodNotAllowed() {
        return new RequestRefused(
                405, "method_not_allowed", "this path is not called by that method", "");
    }

    static RequestRefused notSignedIn() {
        return new RequestRefused(
                401, "not_signed_in", "nobody is signed in", "Sign in: holdfast login, or /login.");
    }

    private void sameOrigin(Context context) {
        List<String> origins = Collections.list(context.req().getHeaders("Origin"));
        String site = context.header("Sec-Fetch-Site");
        boolean foreign =
                origins.size() > 1
                        || (origins.size() == 1 && !origins.getFirst().equals(settings.url()))
                        || (site != null && !site.equals("same-origin") && !site.equals("none"));
        if (foreign) {
            throw new RequestRefused(
                    403,
                    "other_origin",
                    "the request comes from a page of another site",
                    "Use the console at " + settings.url() + ".");
        }
    }

    Admitted admit(Context context, RouteTable.Route route) {
        return switch (route.audience()) {
            case Audience.Everyone _ -> new Admitted(personOrNull(context), null);
            case Audience.People(Set<Role> roles) -> {
                Caller caller = personOrNull(context);
                if (caller == null) {
                    throw notSignedIn();
                }
                if (Collections.disjoint(caller.person().roles(), roles)) {
                    throw new RequestRefused(
                            403,
                            "role_missing",
                            "%s has not the role that this needs (one of: %s)"
                                    .formatted(
                                            caller.person().name(),
                                            String.join(
                                                    ", ",
                                                    roles.stream()
                                                            .map(role ->
                                                                    role.name()
                                                                            .toLowerCase(
                                                                                    Locale.ROOT))
                                                            .sorted()
                                                            .toList())),
                            "An owner can give it.");
                }
                if (route.method() != RouteTable.Method.GET && caller.by() == Caller.By.COOKIE) {
                    checkCsrf(context, caller);
                }
                yield new Admitted(caller, null);
            }
            case Audience.Agents _ -> new Admitted(null, agent(context));
        };
    }

    /// Whose session it is; null where the request carries none, or one that has ended.
    private @Nullable Caller personOrNull(Context context) {
        String authorization = authorization(context);
        String cookie = cookie(context, settings.cookieName(), CREDENTIAL_LENGTH_MAX);
        if (authorization != null && cookie != null) {
            throw RequestRefused.malformed("the request signs in twice: by cookie and by header");
        }
        if (cookie != null) {
            return people.find(cookie, Caller.By.COOKIE);
        }
        if (authorization == null || !starts(authorization, BEARER)) {
            // An agent's Basic credential is nobody's on a person's route.
            return null;
        }
        return people.find(authorization.substring(BEARER.length()).trim(), Caller.By.BEARER);
    }

    /// A cookie of the request; null where it is missing, empty or longer than it can be.
    static @Nullable String cookie(Context context, String name, int lengthMax) {
        Cookie[] cookies = context.req().getCookies();
        String found = null;
        for (Cookie cookie : cookies == null ? new Cookie[0] : cookies) {
            if (cookie.getName().equals(name)) {
                if (found != null) {
                    // A neighbour's host may have set the second one; which is ours cannot be told.
                    throw RequestRefused.malformed("a cookie is there twice");
                }
                found = cookie.getValue();
            }
        }
        return found == null || found.isEmpty() || found.length() > lengthMax ? null : found;
    }

    private static @Nullable String authorization(Context context) {
        List<String> values = Collections.list(context.req().getHeaders("Authorization"));
        if (values.size() > 1) {
            throw RequestRefused.malformed("Authorization is there twice");
        }
        return values.isEmpty() || values.getFirst().length() > CREDENTIAL_LENGTH_MAX
                ? null
                : values.getFirst();
    }

    private static boolean starts(String value, String scheme) {
        return value.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    private static void checkCsrf(Context context, Caller caller) {
        String sent = context.header(CSRF_HEADER);
        if (sent == null && Bodies.isForm(context)) {
            sent = Bodies.form(context).field(CSRF_FIELD);
        }
        if (sent == null || !same(sent, caller.csrf())) {
            throw new RequestRefused(
                    403,
                    "csrf",
                    "the request does not carry this session's token",
                    "Load the page anew and try again.");
        }
    }

    private static boolean same(String one, String other) {
        return !other.isEmpty()
                && MessageDigest.isEqual(
                        one.getBytes(StandardCharsets.UTF_8),
                        other.getBytes(StandardCharsets.UTF_8));
    }

    private String agent(Context context) {
        String authorization = authorization(context);
        if (authorization == null || !starts(authorization, BASIC)) {
            throw agentRefused();
        }
        String pair;
        try {
            pair =
                    new String(
                            Base64.getDecoder()
                                    .decode(authorization.substring(BASIC.length()).trim()),
                            StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw agentRefused();
        }
        int colon = pair.indexOf(':');
        if (colon <= 0) {
            throw agentRefused();
        }
        String name = pair.substring(0, colon);
        return switch (agents.check(
                name, pair.substring(colon + 1), String.valueOf(context.req().getRemoteAddr()))) {
            case AgentLogins.Outcome.Accepted(String agent) -> agent;
            case AgentLogins.Outcome.Refused _ -> throw agentRefused();
            case AgentLogins.Outcome.TooMany _ ->
                    throw new RequestRefused(
                            429,
                            "too_many_failures",
                            "too many log-ins failed",
                            "Wait, and check the password.");
        };
    }

    private static RequestRefused agentRefused() {
        return new RequestRefused(
                401,
                "agent_refused",
                "name and password of the agent are not accepted",
                "Send the agent's own name and password by HTTP Basic.");
    }
}
