package dev.holdfast.server.api;

import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.quarantine.Entry;
import dev.holdfast.server.quarantine.EntrySummary;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What approved statements destroyed, and putting it back.
final class QuarantineApi implements DocumentedRoutes {
    private static final Pattern ID = Pattern.compile("qrn_[0-9A-Za-z]{1,64}");
    private static final int AT_ONCE = 2;

    private final LiveParts parts;
    private final ActionRecord record;

    QuarantineApi(LiveParts parts, ActionRecord record) {
        this.parts = parts;
        this.record = record;
    }

    @Override
    public String document() {
        return "quarantine";
    }

    @Override
    public void add(RouteTable table) {
        Limited limited = new Limited(AT_ONCE);
        table.get("/api/v1/quarantine", Allowed.SEE, limited.handler(this::list));
        table.get("/api/v1/quarantine/{id}", Allowed.SEE, limited.handler(this::show));
        table.post(
                "/api/v1/quarantine/{id}/restore", Allowed.OPERATE, limited.handler(this::restore));
    }

    private void list(Exchange exchange) throws IOException {
        exchange.onlyQuery(Set.of());
        Quarantine quarantine = parts.quarantine();
        exchange.answer(
                Map.of(
                        "entries",
                        quarantine.list().stream()
                                .map(entry -> EntrySummary.json(quarantine, entry))
                                .toList()));
    }

    private void show(Exchange exchange) throws IOException {
        Quarantine quarantine = parts.quarantine();
        exchange.answer(
                EntrySummary.json(quarantine, quarantine.look(entry(quarantine, exchange).id())));
    }

    private static Entry entry(Quarantine quarantine, Exchange exchange) throws IOException {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this entry");
        }
        return quarantine.list().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound("this entry"));
    }

    private void restore(Exchange exchange) throws IOException {
        boolean dryRun = exchange.json(Set.of("dryRun")).flag("dryRun", true);
        Quarantine quarantine = parts.quarantine();
        Entry entry = entry(quarantine, exchange);
        ActionRecord.Action action =
                new ActionRecord.Action(
                        entry.database(),
                        (dryRun ? "try restore " : "restore ") + entry.id(),
                        "person.quarantine");
        try {
            quarantine.look(entry.id());
            Entry restored = quarantine.restore(entry.id(), dryRun);
            record.tell(exchange, action, ActionEntry.Outcome.OK);
            exchange.answer(EntrySummary.json(quarantine, restored));
        } catch (Quarantine.InTheWayException e) {
            record.tell(exchange, action, ActionEntry.Outcome.ERROR);
            throw RequestRefused.conflict(
                    "in_the_way", "nothing was changed: " + e.getMessage(), "");
        }
    }
}
