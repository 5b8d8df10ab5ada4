package dev.holdfast.server.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The console's HTTP server, on a port of its own. Each request passes the [Guard] before any handler sees it,
/// and each answer carries the same headers.
public final class WebServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(WebServer.class);
    private static final int REFERENCE_BYTES = 6;

    private final Javalin javalin;
    private final EventStreams streams;
    private final WebSettings settings;

    private WebServer(Javalin javalin, EventStreams streams, WebSettings settings) {
        this.javalin = javalin;
        this.streams = streams;
        this.settings = settings;
    }

    /// Who may come in: the sessions of people, and the log-ins of agents.
    public record Doors(PersonSessions people, AgentLogins agents) {}

    /// Listens.
    ///
    /// @param errorPage how a refusal looks to a browser
    /// @throws IOException if the port is taken or the certificate cannot be used
    public static WebServer start(
            WebSettings settings, Doors doors, ErrorPage errorPage, List<Routes> parts)
            throws IOException {
        RouteTable table = new RouteTable();
        parts.forEach(part -> part.add(table));
        EventStreams streams = new EventStreams(settings.listenersMax());
        Listening listening = Listening.prepare(settings);
        // The port decides the URL, and the URL what a request may say: known before the first one
        // comes.
        WebSettings taken = listening.settings();
        Serving serving =
                new Serving(
                        taken,
                        new Guard(taken, doors.people(), doors.agents()),
                        doors,
                        errorPage,
                        streams,
                        new SecureRandom());
        try {
            Javalin javalin =
                    Javalin.create(config -> {
                        listening.configure(config);
                        serving.configure(config, table.routes());
                    });
            javalin.start();
            return new WebServer(javalin, streams, taken);
        } catch (JavalinException | IllegalStateException e) {
            listening.close();
            throw new IOException(
                    "cannot listen on %s:%d for the console: %s"
                            .formatted(settings.host(), settings.port(), e.getMessage()),
                    e);
        }
    }

    /// Under which address people reach it, without a slash at its end.
    public String url() {
        return settings.url();
    }

    /// Where it listens, with the port really taken.
    public InetSocketAddress address() {
        return new InetSocketAddress(settings.host(), settings.port());
    }

    @Override
    public void close() {
        streams.close();
        javalin.stop();
    }

    private record Serving(
            WebSettings settings,
            Guard guard,
            Doors doors,
            ErrorPage errorPage,
            EventStreams streams,
            SecureRandom random) {

        void configure(JavalinConfig config, List<RouteTable.Route> routes) {
            config.routes.before(context -> {
                SecurityHeaders.set(context, settings);
                guard.admitRequest(context);
            });
            for (RouteTable.Route route : routes) {
                config.routes.addHttpHandler(
                        HandlerType.findOrCreate(route.method().name()),
                        route.path(),
                        context -> serve(context, route));
            }
            config.routes.get("/static/{hash}/{name}", StaticFiles::serve);
            config.routes.exception(RequestRefused.class, (e, context) -> refuse(context, e));
            config.routes.exception(Exception.class, (e, context) -> broken(context, e));
            config.routes.error(
                    404, context -> ifEmpty(context, RequestRefused.notFound("this page")));
            config.routes.error(405, context -> ifEmpty(context, Guard.methodNotAllowed()));
        }

        private void serve(Context context, RouteTable.Route route) throws Exception {
            Guard.Admitted admitted = guard.admit(context, route);
            switch (route.served()) {
                case RouteTable.Served.Answer(RequestHandler handler) -> {
                    context.status(204);
                    Exchange exchange =
                            new Exchange(context, settings, admitted.caller(), admitted.agent());
                    handler.handle(exchange);
                    if (context.status().getCode() == 204 && context.resultInputStream() != null) {
                        context.status(200);
                    }
                }
                case RouteTable.Served.Events(EventSource source) -> {
                    Caller caller = admitted.caller();
                    if (caller == null) {
                        throw Guard.notSignedIn();
                    }
                    streams.tell(
                            context,
                            caller,
                            source,
                            () -> doors.people().find(caller.token(), caller.by()) != null);
                }
            }
        }

        /// What the server itself found wrong, and nobody has answered yet.
        private void ifEmpty(Context context, RequestRefused refusal) {
            if (!Objects.equals(context.attribute("answered"), true)) {
                refuse(context, refusal);
            }
        }

        private void refuse(Context context, RequestRefused refusal) {
            context.attribute("answered", true);
            boolean api = context.path().startsWith(RouteTable.API);
            if (refusal.status() == 401 && !api && context.req().getMethod().equals("GET")) {
                String wanted = context.path();
                context.status(303);
                context.res()
                        .setHeader(
                                "Location",
                                "/login?next=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8));
                context.result("");
                return;
            }
            if (refusal.status() == 401 && refusal.code().equals("agent_refused")) {
                context.res().setHeader("WWW-Authenticate", "Basic realm=\"holdfast agent\"");
            }
            Exchange exchange = new Exchange(context, settings, null, null);
            if (api) {
                exchange.refuse(refusal.status(), refusal.body());
            } else {
                exchange.html(
                        refusal.status(),
                        errorPage.html(refusal.status(), refusal.text(), refusal.hint()));
            }
        }

        /// A bug or a broken part: the caller gets a reference to what the log has.
        private void broken(Context context, Exception e) {
            byte[] reference = new byte[REFERENCE_BYTES];
            random.nextBytes(reference);
            String named = HexFormat.of().formatHex(reference);
            LOGGER.error(
                    "Console: {} {} failed, reference {}",
                    context.req().getMethod(),
                    context.endpoint().path,
                    named,
                    e);
            refuse(
                    context,
                    new RequestRefused(
                            500,
                            "internal",
                            "this could not be done; reference " + named,
                            "Holdfast's log has the reason."));
        }
    }
}
