package dev.holdfast.server.web;

import dev.holdfast.server.text.JsonText;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One request and its answer, as a handler sees them: the caller is known, the body is bounded and read once.
public final class Exchange {
    private static final int QUERY_VALUE_LENGTH_MAX = 2_048;
    private static final int SEE_OTHER = 303;
    private static final int CARRIED_LENGTH_MAX = 3_000;

    private final Context context;
    private final WebSettings settings;
    private final @Nullable Caller caller;
    private final @Nullable String agent;
    private @Nullable FormBody form;

    Exchange(
            Context context,
            WebSettings settings,
            @Nullable Caller caller,
            @Nullable String agent) {
        this.context = context;
        this.settings = settings;
        this.caller = caller;
        this.agent = agent;
    }

    /// Who is signed in. On a route for people there always is someone.
    ///
    /// @throws RequestRefused where nobody is
    public Caller caller() {
        if (caller == null) {
            throw Guard.notSignedIn();
        }
        return caller;
    }

    /// Who is signed in, on a route for everyone; null where nobody is.
    public @Nullable Caller callerOrNull() {
        return caller;
    }

    /// Which agent asks, on a route for agents.
    public String agent() {
        if (agent == null) {
            throw new IllegalStateException("this route is not for agents");
        }
        return agent;
    }

    /// Where the request comes from: the peer's address. What a proxy says about it is not believed.
    public String address() {
        return String.valueOf(context.req().getRemoteAddr());
    }

    /// The segment of the path that stands for `{name}`.
    public String path(String name) {
        return context.pathParam(name);
    }

    /// A parameter of the query; null where it is missing or empty.
    ///
    /// @throws RequestRefused if it is there twice or is very long
    public @Nullable String query(String name) {
        List<String> values = context.queryParams(name);
        if (values.size() > 1) {
            throw RequestRefused.malformed(name + " is there twice");
        }
        String value = values.isEmpty() ? "" : values.getFirst();
        if (value.length() > QUERY_VALUE_LENGTH_MAX || value.indexOf('\0') >= 0) {
            throw RequestRefused.malformed(
                    "%s is too long or contains a NUL (expected: at most %d characters)"
                            .formatted(name, QUERY_VALUE_LENGTH_MAX));
        }
        return value.isEmpty() ? null : value;
    }

    /// A whole number of the query, or what stands for a missing one.
    public long query(String name, long min, long max, long missing) {
        String value = query(name);
        if (value == null) {
            return missing;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Refused below, as one that is out of range.
        }
        throw RequestRefused.malformed(
                "%s is not a number from %d to %d".formatted(name, min, max));
    }

    /// Refuses parameters of the query that nobody reads.
    public void onlyQuery(Set<String> known) {
        for (String name : context.queryParamMap().keySet()) {
            if (!known.contains(name)) {
                throw RequestRefused.malformed(
                        "the query has a parameter that is not known (expected: %s)"
                                .formatted(String.join(", ", known.stream().sorted().toList())));
            }
        }
    }

    /// A header as it was sent; null where there is none.
    public @Nullable String header(String name) {
        return context.header(name);
    }

    /// The body as a JSON object with no members but these. No body at all is an empty object.
    public JsonBody json(Set<String> known) {
        String text = Bodies.text(context, "application/json");
        return JsonBody.read(text.isEmpty() ? "{}" : text, known);
    }

    /// A field of the body as a form; null where it is missing.
    public @Nullable String form(String name) {
        FormBody read = form;
        if (read == null) {
            read = Bodies.form(context);
            form = read;
        }
        return read.field(name);
    }

    /// Answers with JSON, made of maps, iterables, texts, numbers and booleans.
    public void answer(Object value) {
        answer(200, value);
    }

    /// Answers with JSON and a status.
    public void answer(int status, Object value) {
        context.status(status);
        body("application/json", JsonText.indented(value).getBytes(StandardCharsets.UTF_8));
    }

    /// Answers with a text of some type.
    public void answer(String contentType, String text) {
        body(contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Answers with an HTML document or a part of one.
    public void html(String text) {
        html(200, text);
    }

    /// Answers with an HTML document or a part of one, and a status.
    public void html(int status, String text) {
        context.status(status);
        body("text/html; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends the browser to another page of this console.
    ///
    /// @throws IllegalArgumentException if the path is not one of this console: [#isLocal]
    public void redirect(String path) {
        if (!isLocal(path)) {
            throw new IllegalArgumentException("path: not one of this console");
        }
        context.status(SEE_OTHER);
        context.res().setHeader("Location", path);
    }

    /// Sends the browser to another site. Never to an address that came with a request.
    ///
    /// @throws IllegalArgumentException if it is no address of a web site
    public void leave(URI address) {
        String scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new IllegalArgumentException("address: not one of a web site");
        }
        context.status(SEE_OTHER);
        context.res().setHeader("Location", address.toASCIIString());
    }

    /// Whether a path leads to a page of this console and nowhere else: what came with a request is asked
    /// this before the browser is sent there.
    public static boolean isLocal(String path) {
        if (!path.startsWith("/")
                || path.startsWith("//")
                || path.length() > QUERY_VALUE_LENGTH_MAX) {
            return false;
        }
        // A browser takes a backslash for a slash, and leaves out tabs and line breaks.
        if (path.chars().anyMatch(c -> c <= ' ' || c == '\\' || c >= 0x7f)) {
            return false;
        }
        URI uri;
        try {
            uri = URI.create(path);
        } catch (IllegalArgumentException _) {
            return false;
        }
        return !uri.isAbsolute() && uri.getRawAuthority() == null;
    }

    /// Makes a response header of the handler's own, such as htmx's.
    public void responseHeader(String name, String value) {
        if (value.chars().anyMatch(c -> c < ' ' || c >= 0x7f)) {
            throw new IllegalArgumentException("value: not printable ASCII");
        }
        context.res().setHeader(name, value);
    }

    /// Gives the browser the session's secret. It goes to no script, to no other site and, where the console
    /// is reached by https, never over plain HTTP.
    public void signIn(String token) {
        context.cookie(cookie(settings.cookieName(), token, -1, SameSite.STRICT));
    }

    /// Takes the session's secret away from the browser.
    public void signOut() {
        context.cookie(cookie(settings.cookieName(), "", 0, SameSite.STRICT));
    }

    /// Gives the browser something to keep until it comes back from another site: it is sent along when that
    /// site sends the browser here, which the session's secret is not. Empty takes it away.
    ///
    /// @param value must be worth nothing to whoever can read it, and not be changeable
    public void carry(String value, Duration kept) {
        int seconds = value.isEmpty() ? 0 : (int) kept.toSeconds();
        context.cookie(cookie(settings.carriedCookieName(), value, seconds, SameSite.LAX));
    }

    /// What [#carry] gave the browser; empty where it has nothing.
    public String carried() {
        String value = Guard.cookie(context, settings.carriedCookieName(), CARRIED_LENGTH_MAX);
        return value == null ? "" : value;
    }

    private Cookie cookie(String name, String value, int maxAgeSeconds, SameSite sameSite) {
        return new Cookie(name, value, "/", maxAgeSeconds, settings.https(), true, null, sameSite);
    }

    /// The address under which people reach the console, without a slash at its end.
    public String consoleUrl() {
        return settings.url();
    }

    void refuse(int status, Map<String, Object> body) {
        answer(status, body);
    }

    void body(String contentType, byte[] bytes) {
        context.contentType(contentType);
        context.result(bytes);
    }
}
