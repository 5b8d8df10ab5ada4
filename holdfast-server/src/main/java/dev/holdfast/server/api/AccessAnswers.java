package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestHandler;
import dev.holdfast.server.web.RequestRefused;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Access as the interface for programs shows it, and what it takes.
final class AccessAnswers {
    static final Set<String> TERMS = Set.of("tables", "operations", "rows", "ttlSeconds");

    private AccessAnswers() {}

    /// What a route does about access.
    @FunctionalInterface
    interface AccessHandler {
        void handle(Exchange exchange) throws AccessException;
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
