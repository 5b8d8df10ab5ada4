package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.Operation;
import dev.holdfast.server.web.Exchange;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a person fills in to give access, as it was typed: shown again where it is refused.
///
/// @param tables patterns, one a line or with commas between
/// @param operations words such as `select`
/// @param rows how many rows may be changed; empty where nothing may be
/// @param minutes for how long
record GrantForm(
        String agent,
        String database,
        String task,
        String justification,
        String tables,
        Set<String> operations,
        String rows,
        String minutes) {
    private static final long MINUTES_STANDARD = 30;

    /// Longer than anything that is allowed, so that it is refused by the same words.
    private static final long MINUTES_MAX = 1_000_000;

    GrantForm {
        operations = Set.copyOf(operations);
    }

    /// Nothing typed yet.
    static GrantForm empty(String agent, String database) {
        return new GrantForm(
                agent,
                database,
                "",
                "",
                "",
                Set.of(Operation.SELECT.word()),
                "",
                Long.toString(MINUTES_STANDARD));
    }

    /// What an agent asked for.
    static GrantForm of(AccessRequest request) {
        GrantTerms terms = request.terms();
        return new GrantForm(
                request.agent(),
                request.database(),
                request.task(),
                request.justification(),
                String.join("\n", terms.tableTexts()),
                Set.copyOf(terms.operationWords()),
                terms.writes() ? Long.toString(terms.rowsMax()) : "",
                Long.toString(Math.max(1, request.timeMillis() / 60_000)));
    }

    static GrantForm of(Exchange exchange) {
        return new GrantForm(
                Fields.text(exchange, "agent"),
                Fields.text(exchange, "database"),
                Fields.text(exchange, "task"),
                Fields.text(exchange, "justification"),
                Fields.text(exchange, "tables"),
                Arrays.stream(Operation.values())
                        .map(Operation::word)
                        .filter(word -> !Fields.text(exchange, "may-" + word).isEmpty())
                        .collect(Collectors.toUnmodifiableSet()),
                Fields.text(exchange, "rows"),
                Fields.text(exchange, "minutes"));
    }

    /// @throws AccessException with what is wrong and what is expected
    GrantTerms terms() throws AccessException {
        return GrantTerms.of(patterns(), operations, rows.isBlank() ? 0 : Fields.number(rows));
    }

    Duration time() {
        return Duration.ofMinutes(Math.clamp(Fields.number(minutes), 0, MINUTES_MAX));
    }

    /// @throws AccessException with what is wrong and what is expected
    GrantOrder order() throws AccessException {
        Duration time = time();
        Duration standard = GrantOrder.TIME_MAX_DEFAULT;
        return GrantOrder.of(
                agent,
                database,
                task,
                justification,
                terms(),
                time,
                time.compareTo(standard) > 0 ? time : standard);
    }

    /// A comma stands between patterns, unless names are quoted: those may have one in them.
    private List<String> patterns() {
        return tables.lines()
                .flatMap(line ->
                        line.indexOf('"') < 0
                                ? Arrays.stream(line.split(",", -1))
                                : Stream.of(line))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    /// The fields about what is allowed and for how long.
    Html termFields() {
        return Html.of(
                """
                <label for="tables">Tables, one a line, <code>*</code> for any characters</label>
                <textarea id="tables" name="tables" required rows="3" maxlength="20000" autocapitalize="none"
                spellcheck="false" placeholder="shop.orders">{}</textarea>
                <fieldset><legend>What it may do with rows</legend><div class="choices">{}</div></fieldset>
                <div class="pair"><div><label for="rows">Rows it may change in all</label>
                <input id="rows" name="rows" type="number" min="1" max="{}" value="{}" inputmode="numeric"
                aria-describedby="rows-hint"><p class="hint" id="rows-hint">Empty where it only reads.</p></div>
                <div><label for="minutes">For how many minutes</label>
                <input id="minutes" name="minutes" type="number" required min="1" max="{}" value="{}"
                inputmode="numeric"></div></div>
                """,
                tables,
                Arrays.stream(Operation.values()).map(this::choice).collect(Html.joined()),
                GrantTerms.ROWS_MAX,
                rows,
                GrantOrder.TIME_MAX.toMinutes(),
                minutes);
    }

    private Html choice(Operation operation) {
        String word = operation.word();
        return Html.of(
                "<label class=\"choice\"><input type=\"checkbox\" name=\"may-{}\" value=\"yes\"{}> {}</label>",
                word,
                operations.contains(word) ? Html.of(" checked") : Html.NONE,
                word);
    }
}
