package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.Stop;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RouteTable;
import java.util.Map;
import java.util.Set;

/// The switch that stops all work, in one database or everywhere.
final class StopApi implements DocumentedRoutes {
    private final AccessBook book;

    StopApi(AccessBook book) {
        this.book = book;
    }

    @Override
    public String document() {
        return "stop";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/stops", Allowed.SEE, AccessAnswers.handler(this::list));
        table.post("/api/v1/stop", Allowed.OPERATE, AccessAnswers.handler(this::stop));
        table.post("/api/v1/resume", Allowed.OPERATE, AccessAnswers.handler(this::resume));
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of());
        exchange.answer(
                Map.of(
                        "stops",
                        book.stops().stream()
                                .map(stop ->
                                        Map.of(
                                                "database",
                                                stop.database(),
                                                "at",
                                                AccessAnswers.time(stop.at()),
                                                "by",
                                                stop.by(),
                                                "reason",
                                                stop.reason()))
                                .toList()));
    }

    private void stop(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("database", "reason"));
        int ended =
                book.stop(
                        exchange.caller().person().name(),
                        database(body),
                        body.text("reason", 500));
        exchange.answer(Map.of("sessionsEnded", ended));
    }

    private void resume(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("database"));
        book.resume(exchange.caller().person().name(), database(body));
        exchange.answer(Map.of());
    }

    /// Everywhere where none is named.
    private static String database(JsonBody body) {
        String database = body.textOrNull("database", 63);
        return database == null ? Stop.EVERYWHERE : database;
    }
}
