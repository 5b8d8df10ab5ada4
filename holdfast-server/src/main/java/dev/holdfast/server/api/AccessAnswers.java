package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestHandler;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Access as the interface for programs shows it, and what it takes.
final class AccessAnswers {
    static final Set<String> TERMS = Set.of("tables", "operations", "rows", "ttlSeconds");
    private static final Set<String> PROOF = Set.of("code", "assertion");

    private AccessAnswers() {}

    /// What a route does about access.
    @FunctionalInterface
    interface AccessHandler {
        void handle(Exchange exchange) throws AccessException;
    }

    /// What somebody wants to give, read from the body.
    @FunctionalInterface
    interface WishReader<T> {
        ProvenAccess.Wish<T> read(Exchange exchange, JsonBody body) throws AccessException;
    }

    /// What comes of it.
    @FunctionalInterface
    interface Given<T> {
        void answer(Exchange exchange, T given);
    }

    /// Adds a route that gives something on a proof, and beside it the one that says what a passkey has to
    /// sign for the same body.
    ///
    /// @param known members of the body, without those of the proof
    static <T> void addProven(
            RouteTable table,
            String path,
            Set<String> known,
            WishReader<T> reader,
            Given<T> answer) {
        Set<String> whole = new HashSet<>(known);
        whole.addAll(PROOF);
        table.post(
                path,
                Allowed.OPERATE,
                handler(exchange -> {
                    JsonBody body = exchange.json(whole);
                    ProvenAccess.Wish<T> wish = reader.read(exchange, body);
                    try {
                        answer.answer(
                                exchange,
                                wish.give(exchange.caller().person(), PeopleApi.given(body)));
                    } catch (ProofException e) {
                        throw Refusals.of(e);
                    }
                }));
        table.post(
                path + "/proof-options",
                Allowed.OPERATE,
                handler(exchange -> {
                    ProvenAccess.Wish<T> wish = reader.read(exchange, exchange.json(known));
                    try {
                        exchange.answer(
                                PeopleApi.options(wish.passkeyOptions(exchange.caller().person())));
                    } catch (ProofException e) {
                        throw Refusals.of(e);
                    }
                }));
    }

    /// The same, with its refusals as answers.
    static RequestHandler handler(AccessHandler handler) {
        return exchange -> {
            try {
                handler.handle(exchange);
            } catch (AccessException e) {
                throw refused(e);
            }
        };
    }

    private static RequestRefused refused(AccessException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case MALFORMED -> RequestRefused.malformed(message);
            case UNKNOWN -> new RequestRefused(404, "not_found", message, "");
            case CONFLICT -> RequestRefused.conflict("access_conflict", message, "");
            case UNAVAILABLE -> new RequestRefused(503, "access_unavailable", message, "");
        };
    }

    static GrantTerms terms(JsonBody body) throws AccessException {
        return GrantTerms.of(
                body.texts("tables", GrantTerms.TABLES_MAX, GrantTerms.PATTERN_LENGTH_MAX),
                body.texts("operations", 8, 16),
                body.number("rows", 0, GrantTerms.ROWS_MAX, 0));
    }

    static Duration time(JsonBody body) {
        return Duration.ofSeconds(
                body.number("ttlSeconds", 60, GrantOrder.TIME_MAX.toSeconds(), 1_800));
    }

    static Map<String, Object> json(Grant grant) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", grant.id());
        members.put("agent", grant.agent());
        members.put("database", grant.database());
        members.put("task", grant.task());
        members.put("justification", grant.justification());
        members.put("tables", grant.terms().tableTexts());
        members.put("operations", grant.terms().operationWords());
        members.put("rows", grant.terms().rowsMax());
        members.put("role", grant.role());
        members.put("state", grant.state().name().toLowerCase(Locale.ROOT));
        members.put("createdAt", time(grant.createdAt()));
        members.put("createdBy", grant.createdBy());
        members.put("expiresAt", time(grant.expiresAt()));
        members.put("renewableUntil", time(grant.renewableUntil()));
        members.put("endedAt", grant.endedAt() == 0 ? "" : time(grant.endedAt()));
        members.put("endedBy", grant.endedBy());
        members.put("endReason", grant.endReason());
        return members;
    }

    /// With the password, which is shown this once.
    static Map<String, Object> json(IssuedGrant issued) {
        return Map.of(
                "grant",
                json(issued.grant()),
                "user",
                issued.grant().id(),
                "password",
                issued.password(),
                "warnings",
                issued.warnings());
    }

    static Map<String, Object> json(AccessRequest request) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", request.id());
        members.put("agent", request.agent());
        members.put("database", request.database());
        members.put("task", request.task());
        members.put("justification", request.justification());
        members.put("tables", request.terms().tableTexts());
        members.put("operations", request.terms().operationWords());
        members.put("rows", request.terms().rowsMax());
        members.put("ttlSeconds", request.timeMillis() / 1_000);
        members.put("state", request.state().name().toLowerCase(Locale.ROOT));
        members.put("createdAt", time(request.createdAt()));
        members.put("expiresAt", time(request.expiresAt()));
        members.put("decidedBy", request.decidedBy());
        members.put("words", request.words());
        members.put("grant", request.grant());
        return members;
    }

    static String time(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis).toString();
    }
}
