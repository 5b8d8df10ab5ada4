package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.access.Stop;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RouteTable;
import java.util.Map;
import java.util.Set;

/// The switch that stops all work, in one database or everywhere.
final class StopApi implements DocumentedRoutes {
    private final AccessBook book;
    private final ProvenAccess proven;

    StopApi(AccessBook book, ProvenAccess proven) {
        this.book = book;
        this.proven = proven;
    }

    @Override
    public String document() {
        return "stop";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/stops", Allowed.SEE, AccessAnswers.handler(this::list));
        table.post("/api/v1/stop", Allowed.OPERATE, AccessAnswers.handler(this::stop));
        AccessAnswers.addProven(
                table,
                "/api/v1/resume",
                Set.of("database"),
                (_, body) -> proven.resume(database(body)),
                (exchange, _) -> exchange.answer(Map.of()));
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

    /// Everywhere where none is named.
    private static String database(JsonBody body) {
        String database = body.textOrNull("database", 63);
        return database == null ? Stop.EVERYWHERE : database;
    }
}
