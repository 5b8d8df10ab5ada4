package dev.holdfast.server.api;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import dev.holdfast.server.approval.Held;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is held, as maps, lists and plain values.
final class HeldJson {
    private HeldJson() {}

    /// A line of a list.
    static Map<String, Object> summary(Held held) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", held.id());
        json.put("state", held.state().text());
        json.put("agent", held.statement().principal().agent());
        json.put("database", held.statement().principal().database());
        json.put("statement", held.statement().redacted());
        json.put("kind", held.statement().kind().name().toLowerCase(Locale.ROOT));
        json.put("rule", held.statement().rule());
        json.put("because", held.statement().reason());
        json.put("rows", held.effect().rows());
        json.put("peopleNeeded", held.peopleNeeded());
        json.put("asked", moment(held.askedAtEpochMillis()));
        json.put("expires", moment(held.expiresAtEpochMillis()));
        return json;
    }

    /// All but the statement's values and rows of the database.
    static Map<String, Object> withoutValues(Held held) {
        Map<String, Object> json = summary(held);
        json.put("grant", held.statement().principal().grant());
        json.put("task", held.purpose().task());
        json.put("justification", held.purpose().justification());
        json.put("digest", held.digest());
        json.put("phrase", held.phrase());
        json.put("transaction", held.transaction());
        json.put("note", held.note());
        MeasuredEffect effect = held.effect();
        json.put("measuredOn", effect.copy());
        json.put("tables", effect.tables().stream().map(HeldJson::table).toList());
        json.put("links", effect.links().stream().map(HeldJson::link).toList());
        json.put("things", effect.things());
        json.put("locks", effect.locks());
        json.put("durationMicros", effect.durationMicros());
        json.put("walBytesMax", effect.walBytesMax());
        json.put("words", held.words().stream().map(HeldJson::word).toList());
        return json;
    }

    /// For those who decide.
    static Map<String, Object> whole(Held held) {
        Map<String, Object> json = withoutValues(held);
        json.put("text", held.statement().text());
        json.put(
                "parameters",
                held.statement().parameters().stream()
                        .map(value -> value == null ? "NULL" : value)
                        .toList());
        json.put("samples", held.effect().samples().stream().map(HeldJson::sample).toList());
        json.put("plan", held.effect().plan());
        return json;
    }

    private static Map<String, Object> table(TableEffect table) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("table", table.relation());
        json.put("inserted", table.inserted());
        json.put("updated", table.updated());
        json.put("deleted", table.deleted());
        json.put("rowsBefore", table.rowsBefore());
        return json;
    }

    private static Map<String, Object> link(TableLink link) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from", link.from());
        json.put("to", link.to());
        json.put("how", link.how().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("name", link.name());
        return json;
    }

    private static Map<String, Object> sample(RowSample sample) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("table", sample.relation());
        put(json, "before", sample.columns(), sample.before());
        put(json, "after", sample.columns(), sample.after());
        return json;
    }

    /// A column that is NULL is left out; so is a row that was not there.
    private static void put(
            Map<String, Object> json,
            String name,
            List<String> columns,
            List<@Nullable String> values) {
        if (values.isEmpty()) {
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(columns.size(), values.size()); i++) {
            String value = values.get(i);
            if (value != null) {
                row.put(columns.get(i), value);
            }
        }
        json.put(name, row);
    }

    private static Map<String, Object> word(Held.Word word) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("person", word.person());
        json.put("said", text(word.said()));
        json.put("words", word.words());
        json.put("proofKind", word.proofKind());
        json.put("credential", word.credential());
        json.put("evidence", word.evidence());
        json.put("at", moment(word.atEpochMillis()));
        json.put("atEpochMillis", word.atEpochMillis());
        return json;
    }

    /// As it is written in JSON: `said-it-ran`.
    static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String moment(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
