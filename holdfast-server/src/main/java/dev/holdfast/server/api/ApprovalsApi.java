package dev.holdfast.server.api;

import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalClosing;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What is held for a person's word, and the word. A session shows it; to approve takes a proof made for
/// exactly this one, each time.
final class ApprovalsApi implements DocumentedRoutes {
    private static final Pattern ID = Pattern.compile("apr_[0-9A-Za-z]{1,64}");
    private static final int LISTED_MAX = 1_000;
    private static final int LISTED = 100;
    private static final int WORDS_LENGTH_MAX = 2_000;
    private static final int PHRASE_LENGTH_MAX = 500;
    private static final int CODE_LENGTH_MAX = 20;

    private final ApprovalBook book;
    private final Proofs proofs;

    ApprovalsApi(ApprovalBook book, Proofs proofs) {
        this.book = book;
        this.proofs = proofs;
    }

    @Override
    public String document() {
        return "approvals";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/approvals", Allowed.SEE, this::list);
        table.get("/api/v1/approvals/{id}", Allowed.SEE, this::show);
        table.post("/api/v1/approvals/{id}/challenge", Allowed.DECIDE, this::challenge);
        table.post("/api/v1/approvals/{id}/approve", Allowed.DECIDE, this::approve);
        table.post("/api/v1/approvals/{id}/reject", Allowed.DECIDE, this::reject);
        table.post("/api/v1/approvals/{id}/request-changes", Allowed.DECIDE, this::requestChanges);
        table.post("/api/v1/approvals/{id}/settle", Allowed.DECIDE, this::settle);
        table.post(
                "/api/v1/approvals/{id}/settle/challenge", Allowed.DECIDE, this::settleChallenge);
        table.events(
                "/api/v1/events",
                Allowed.SEE,
                (_, sink) ->
                        book.onChange(held ->
                                sink.send("approval", held.id() + " " + held.state().text())));
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of("state", "limit"));
        String state = exchange.query("state");
        int limit = (int) exchange.query("limit", 1, LISTED_MAX, LISTED);
        if (state != null && !state.equals("pending")) {
            throw RequestRefused.malformed(
                    "state is not pending, the only one that can be asked for");
        }
        try {
            List<Held> held = state == null ? book.list(limit) : book.pending();
            exchange.answer(
                    Map.of(
                            "approvals",
                            held.stream().limit(limit).map(HeldJson::summary).toList()));
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    private Held held(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this approval");
        }
        try {
            Held held = book.find(id);
            if (held == null) {
                throw RequestRefused.notFound("this approval");
            }
            return held;
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    /// Values and rows are for those who decide.
    private void show(Exchange exchange) {
        Held held = held(exchange);
        boolean decides = exchange.caller().person().is(Role.REVIEWER);
        exchange.answer(decides ? HeldJson.whole(held) : HeldJson.withoutValues(held));
    }

    private void challenge(Exchange exchange) throws JsonTree.MalformedException {
        exchange.json(Set.of());
        Held held = held(exchange);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("digest", held.digest());
        answer.put("phrase", held.phrase());
        putOptions(answer, exchange, held.digest());
        exchange.answer(answer);
    }

    /// Without them where no passkey is enrolled: then it takes a code.
    private void putOptions(Map<String, Object> answer, Exchange exchange, String digest)
            throws JsonTree.MalformedException {
        try {
            answer.put(
                    "publicKey",
                    JsonTree.object(proofs.passkeyOptions(exchange.caller().person(), digest)));
        } catch (ProofException e) {
            if (e.reason() != ProofException.Reason.NOT_ENROLLED) {
                throw Refusals.of(e);
            }
        }
    }

    private ApprovalClosing.Prospect prospect(Exchange exchange) {
        try {
            return book.closing().prospect(held(exchange).id(), exchange.caller().person());
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    private void settleChallenge(Exchange exchange) throws JsonTree.MalformedException {
        exchange.json(Set.of());
        ApprovalClosing.Prospect prospect = prospect(exchange);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("digest", prospect.digest());
        answer.put("finding", HeldJson.text(prospect.finding()));
        answer.put("meaning", prospect.finding().text());
        putOptions(answer, exchange, prospect.digest());
        exchange.answer(answer);
    }

    private void settle(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("reason", "ran", "code", "assertion"));
        String reason = body.text("reason", WORDS_LENGTH_MAX).strip();
        if (reason.isEmpty()) {
            throw RequestRefused.malformed("reason is blank");
        }
        ApprovalClosing.Claim claim =
                !body.has("ran")
                        ? ApprovalClosing.Claim.NONE
                        : body.flag("ran", false)
                                ? ApprovalClosing.Claim.RAN
                                : ApprovalClosing.Claim.DID_NOT_RUN;
        ApprovalClosing.Prospect prospect = prospect(exchange);
        Person person = exchange.caller().person();
        if (prospect.finding() == ApprovalClosing.Finding.UNKNOWN
                && claim == ApprovalClosing.Claim.NONE) {
            // Before the code is used up.
            throw RequestRefused.conflict(
                    "outcome_unknown",
                    prospect.finding().text(),
                    "Look at the rows, and say with ran whether it did.");
        }
        try {
            Proof proof = proofs.check(person, prospect.digest(), given(body));
            exchange.answer(
                    HeldJson.summary(
                            book.closing()
                                    .close(prospect.held().id(), person, proof, reason, claim)));
        } catch (ProofException e) {
            throw Refusals.of(e);
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    private void approve(Exchange exchange) {
        JsonBody body =
                exchange.json(
                        Set.of("digest", "phrase", "code", "assertion", "breakGlass", "reason"));
        Held held = held(exchange);
        // What the person looked at, and not merely what has its number now.
        if (!held.digest().equals(body.text("digest", PHRASE_LENGTH_MAX))) {
            throw RequestRefused.conflict(
                    "digest_differs",
                    "this is not what you looked at",
                    "Look at it again: approval show.");
        }
        String phrase = body.text("phrase", PHRASE_LENGTH_MAX);
        if (!phrase.equals(held.phrase())) {
            // Before the code is used up: a slip of the pen costs no code.
            throw RequestRefused.conflict(
                    "phrase_differs",
                    "the phrase is not the one that was asked for",
                    "Type it exactly as it is shown.");
        }
        boolean breakGlass = body.flag("breakGlass", false);
        String reason = breakGlass ? body.text("reason", WORDS_LENGTH_MAX) : "";
        Person person = exchange.caller().person();
        try {
            Proof proof = proofs.check(person, held.digest(), given(body));
            Held decided =
                    breakGlass
                            ? book.breakGlass(held.id(), person, proof, phrase, reason)
                            : book.approve(held.id(), person, proof, phrase);
            exchange.answer(HeldJson.summary(decided));
        } catch (ProofException e) {
            throw Refusals.of(e);
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    private static Proofs.Given given(JsonBody body) {
        String assertion = body.objectOrNull("assertion");
        String code = body.textOrNull("code", CODE_LENGTH_MAX);
        if (assertion == null && code != null) {
            return new Proofs.Given.Code(code);
        }
        if (assertion != null && code == null) {
            return new Proofs.Given.Passkey(assertion);
        }
        throw RequestRefused.malformed("one proof is needed: a code, or an assertion of a passkey");
    }

    private void reject(Exchange exchange) {
        String reason = exchange.json(Set.of("reason")).text("reason", WORDS_LENGTH_MAX);
        Held held = held(exchange);
        try {
            exchange.answer(
                    HeldJson.summary(book.reject(held.id(), exchange.caller().person(), reason)));
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    private void requestChanges(Exchange exchange) {
        String wish = exchange.json(Set.of("wish")).text("wish", WORDS_LENGTH_MAX);
        Held held = held(exchange);
        try {
            exchange.answer(
                    HeldJson.summary(
                            book.requestChanges(held.id(), exchange.caller().person(), wish)));
        } catch (ApprovalException e) {
            throw refused(e);
        }
    }

    private static RequestRefused refused(ApprovalException e) {
        return RequestRefused.conflict("approval_refused", String.valueOf(e.getMessage()), "");
    }
}
