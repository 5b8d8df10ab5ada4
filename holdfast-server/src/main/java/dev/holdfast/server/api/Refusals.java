package dev.holdfast.server.api;

import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.web.RequestRefused;

/// What services refuse, as answers of the interface.
final class Refusals {
    private Refusals() {}

    static RequestRefused of(PeopleException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case INVALID -> RequestRefused.malformed(message);
            case REFUSED -> new RequestRefused(401, "login_refused", message, "");
            case LOCKED -> new RequestRefused(429, "locked", message, "");
            case UNKNOWN -> RequestRefused.notFound("this person");
            case FORBIDDEN -> new RequestRefused(403, "forbidden", message, "");
            case UNAVAILABLE -> unavailable(message);
        };
    }

    static RequestRefused of(ProofException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case WRONG -> new RequestRefused(403, "proof_wrong", message, "");
            case USED -> new RequestRefused(403, "proof_used", message, "");
            case NOT_ENROLLED -> new RequestRefused(403, "proof_not_enrolled", message, "");
            case LOCKED -> new RequestRefused(429, "locked", message, "");
            case UNAVAILABLE -> unavailable(message);
        };
    }

    private static RequestRefused unavailable(String message) {
        return new RequestRefused(503, "store_unavailable", message, "See /readyz and the log.");
    }
}
