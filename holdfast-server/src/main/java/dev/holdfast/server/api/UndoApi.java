package dev.holdfast.server.api;

import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.composition.OfflineUndo;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.undo.UndoDiff;
import dev.holdfast.server.undo.UndoRefusedException;
import dev.holdfast.server.undo.UndoReport;
import dev.holdfast.server.undo.UndoText;
import dev.holdfast.server.undo.UndoWish;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What agents wrote, and putting it back. An encrypted journal is undone by `holdfast undo --identity`: the key
/// that reads it never comes to the gateway.
final class UndoApi implements DocumentedRoutes {
    private static final Pattern ID = Pattern.compile("txn_[0-9A-Za-z]{1,64}");
    private static final int LISTED_MAX = 1_000;
    private static final int LISTED = 100;
    private static final int ROWS_MAX = 1_000;
    private static final int ROWS = 20;
    private static final int NAMES_MAX = 100;
    private static final int NAME_LENGTH_MAX = 200;
    private static final int UNDOS_AT_ONCE = 2;
    private static final int READS_AT_ONCE = 4;

    private final LiveParts parts;
    private final ActionRecord record;

    UndoApi(LiveParts parts, ActionRecord record) {
        this.parts = parts;
        this.record = record;
    }

    @Override
    public String document() {
        return "undo";
    }

    @Override
    public void add(RouteTable table) {
        Limited reads = new Limited(READS_AT_ONCE);
        table.get("/api/v1/undo", Allowed.SEE, reads.handler(this::list));
        table.get("/api/v1/undo/{id}", Allowed.SEE, reads.handler(this::show));
        table.get("/api/v1/undo/{id}/diff", Allowed.SEE_ROWS, reads.handler(this::diff));
        table.post(
                "/api/v1/undo/{id}/apply",
                Allowed.OPERATE,
                new Limited(UNDOS_AT_ONCE).handler(this::apply));
    }

    private OfflineUndo opened() throws IOException {
        try {
            return parts.undo();
        } catch (ConfigurationException e) {
            throw Unreadable.policies(e);
        }
    }

    private void list(Exchange exchange) throws IOException {
        exchange.onlyQuery(Set.of("agent", "database", "limit"));
        @Nullable String agent = exchange.query("agent");
        @Nullable String database = exchange.query("database");
        long limit = exchange.query("limit", 1, LISTED_MAX, LISTED);
        try (OfflineUndo undo = opened()) {
            List<Map<String, Object>> transactions =
                    undo.journal().list().stream()
                            .filter(entry ->
                                    agent == null || agent.equals(entry.principal().agent()))
                            .filter(entry ->
                                    database == null
                                            || database.equals(entry.principal().database()))
                            .limit(limit)
                            .map(UndoText::json)
                            .toList();
            exchange.answer(Map.of("transactions", transactions));
        }
    }

    private static String id(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this transaction");
        }
        return id;
    }

    /// What the journal has of it.
    private static JournalEntry entry(OfflineUndo undo, String id) throws IOException {
        return undo.journal().list().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound("this transaction"));
    }

    private static JournalReader reader(OfflineUndo undo, JournalEntry entry) throws IOException {
        if (entry.encrypted()) {
            throw RequestRefused.conflict(
                    "encrypted",
                    "the journal is encrypted, and the gateway has no key",
                    "Run 'holdfast undo' with --identity, where the key is.");
        }
        return undo.journal().open(entry.id(), List.of());
    }

    private void show(Exchange exchange) throws IOException {
        try (OfflineUndo undo = opened()) {
            exchange.answer(UndoText.json(entry(undo, id(exchange))));
        }
    }

    private void diff(Exchange exchange) throws IOException {
        exchange.onlyQuery(Set.of("table", "limit"));
        @Nullable String table = exchange.query("table");
        int limit = (int) exchange.query("limit", 1, ROWS_MAX, ROWS);
        try (OfflineUndo undo = opened()) {
            JournalEntry entry = entry(undo, id(exchange));
            try (JournalReader reader = reader(undo, entry)) {
                UndoDiff diff =
                        new UndoDiff(
                                undo::masks,
                                entry.principal().policy(),
                                table == null ? "" : table,
                                limit);
                diff.read(reader);
                exchange.answer(Map.of("tables", diff.json()));
            }
        }
    }

    private void apply(Exchange exchange) throws IOException {
        JsonBody body = exchange.json(Set.of("dryRun", "tables", "rows", "force", "triggers"));
        UndoWish wish =
                new UndoWish(
                        exchange.caller().person().name(),
                        body.texts("tables", NAMES_MAX, NAME_LENGTH_MAX),
                        body.texts("rows", NAMES_MAX, NAME_LENGTH_MAX),
                        body.flag("force", false),
                        // Who forgets to say so has changed nothing.
                        body.flag("dryRun", true),
                        triggers(body));
        try (OfflineUndo undo = opened()) {
            JournalEntry entry = entry(undo, id(exchange));
            reader(undo, entry).close();
            ActionRecord.Action action =
                    new ActionRecord.Action(
                            entry.principal().database(),
                            (wish.dryRun() ? "try undo " : "undo ") + entry.id(),
                            "person.undo");
            UndoReport report;
            try {
                report = undo.undo(entry.id(), List.of(), wish);
            } catch (UndoRefusedException e) {
                record.tell(exchange, action, ActionEntry.Outcome.ERROR);
                throw RequestRefused.conflict(
                        "undo_refused", String.valueOf(e.getMessage()), e.hint());
            }
            record.tell(exchange, action, ActionEntry.Outcome.OK);
            Map<String, Object> answer = new LinkedHashMap<>(UndoText.json(report));
            exchange.answer(answer);
        }
    }

    private static UndoWish.Triggers triggers(JsonBody body) {
        String word = body.textOrNull("triggers", NAME_LENGTH_MAX);
        if (word == null) {
            return UndoWish.Triggers.AUTO;
        }
        for (UndoWish.Triggers each : UndoWish.Triggers.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                return each;
            }
        }
        throw RequestRefused.malformed("triggers is none of auto, quiet, fire");
    }
}
