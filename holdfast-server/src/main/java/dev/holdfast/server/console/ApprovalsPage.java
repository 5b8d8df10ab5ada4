package dev.holdfast.server.console;

import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalClosing;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.InstantSource;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What is held, and deciding it. Shows literal values and rows, so only whoever decides sees one in full.
final class ApprovalsPage implements Routes {
    private static final int LISTED = 100;
    private static final Pattern ID = Pattern.compile("apr_[0-9A-Za-z]{1,64}");
    private static final Set<Role> DECIDE = Set.of(Role.REVIEWER, Role.OWNER);

    private final ApprovalBook book;
    private final Proofs proofs;
    private final InstantSource clock;

    ApprovalsPage(ApprovalBook book, Proofs proofs, InstantSource clock) {
        this.book = book;
        this.proofs = proofs;
        this.clock = clock;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/approvals", Roles.SEE, this::list);
        table.get("/approvals/{id}", DECIDE, this::show);
        table.get("/approvals/{id}/passkey", DECIDE, this::passkey);
        table.get("/approvals/{id}/settle/passkey", DECIDE, this::settlingPasskey);
        table.post("/approvals/{id}/settle", DECIDE, this::settle);
        table.post("/approvals/{id}/approve", DECIDE, this::approve);
        table.post("/approvals/{id}/reject", DECIDE, exchange -> answer(exchange, book::reject));
        table.post(
                "/approvals/{id}/changes",
                DECIDE,
                exchange -> answer(exchange, book::requestChanges));
    }

    private void list(Exchange exchange) throws ApprovalException {
        exchange.html(
                Layout.page(
                        exchange.caller(),
                        Layout.Place.APPROVALS,
                        "Approvals",
                        ApprovalView.list(book.list(LISTED), clock.millis())));
    }

    private Held held(Exchange exchange) throws ApprovalException {
        String id = exchange.path("id");
        Held held = ID.matcher(id).matches() ? book.find(id) : null;
        if (held == null) {
            throw RequestRefused.notFound("this approval");
        }
        return held;
    }

    private void show(Exchange exchange) throws ApprovalException {
        show(exchange, 200, null);
    }

    private void show(Exchange exchange, int status, @Nullable String problem)
            throws ApprovalException {
        Held held = held(exchange);
        exchange.html(
                status,
                Layout.page(
                        exchange.caller(),
                        Layout.Place.APPROVALS,
                        ApprovalView.headline(held),
                        ApprovalView.detail(
                                exchange.caller(),
                                held,
                                clock.millis(),
                                problem,
                                closing(exchange.caller(), held))));
    }

    /// How to close it, where it is in doubt.
    private Html closing(Caller caller, Held held) {
        if (held.state() != Held.State.AMBIGUOUS) {
            return Html.NONE;
        }
        try {
            return ClosingView.form(caller, book.closing().prospect(held.id(), caller.person()));
        } catch (ApprovalException e) {
            return ClosingView.notNow(String.valueOf(e.getMessage()));
        }
    }

    private void settlingPasskey(Exchange exchange) throws ApprovalException {
        Held held = held(exchange);
        passkey(exchange, ApprovalClosing.digest(held.id(), held.digest()));
    }

    private void settle(Exchange exchange) throws ApprovalException {
        Held held = held(exchange);
        Person person = exchange.caller().person();
        try {
            // Before the proof is looked at: what cannot be closed does not use up a code.
            ApprovalClosing.Prospect prospect = book.closing().prospect(held.id(), person);
            ApprovalClosing.Claim claim = ClosingView.claim(Fields.text(exchange, "ran"));
            String reason = Fields.text(exchange, "reason");
            if (reason.isBlank()
                    || (prospect.finding() == ApprovalClosing.Finding.UNKNOWN
                            && claim == ApprovalClosing.Claim.NONE)) {
                show(exchange, 400, "Say why you close it, and whether it ran.");
                return;
            }
            Proof proof = given(exchange, prospect.digest());
            book.closing().close(held.id(), person, proof, reason, claim);
            exchange.redirect("/approvals/" + held.id());
        } catch (ProofException | ApprovalException e) {
            show(exchange, 409, String.valueOf(e.getMessage()));
        }
    }

    private Proof given(Exchange exchange, String digest) throws ProofException {
        Person person = exchange.caller().person();
        String assertion = Fields.text(exchange, "assertion");
        return assertion.isEmpty()
                ? proofs.totp(person, digest, Fields.text(exchange, "code"))
                : proofs.passkey(person, digest, assertion);
    }

    private void passkey(Exchange exchange) throws ApprovalException {
        passkey(exchange, held(exchange).digest());
    }

    private void passkey(Exchange exchange, String digest) {
        try {
            exchange.answer(
                    "application/json", proofs.passkeyOptions(exchange.caller().person(), digest));
        } catch (ProofException e) {
            throw RequestRefused.conflict(
                    "no_passkey", String.valueOf(e.getMessage()), "Use a code.");
        }
    }

    private void approve(Exchange exchange) throws ApprovalException {
        Held held = held(exchange);
        Person person = exchange.caller().person();
        if (!held.digest().equals(Fields.text(exchange, "digest"))) {
            show(exchange, 409, "It changed since you opened this page. Read it again.");
            return;
        }
        String phrase = Fields.text(exchange, "phrase");
        if (!phrase.strip().equals(held.phrase())) {
            // Before the proof is looked at: a mistyped phrase does not use up a code.
            show(exchange, 400, "The phrase to type is exactly: " + held.phrase());
            return;
        }
        try {
            book.approve(held.id(), person, given(exchange, held.digest()), phrase);
            exchange.redirect("/approvals/" + held.id());
        } catch (ProofException | ApprovalException e) {
            show(exchange, 409, String.valueOf(e.getMessage()));
        }
    }

    @FunctionalInterface
    private interface Answer {
        Held give(String id, Person person, String words) throws ApprovalException;
    }

    private void answer(Exchange exchange, Answer answer) throws ApprovalException {
        Held held = held(exchange);
        try {
            answer.give(held.id(), exchange.caller().person(), Fields.text(exchange, "words"));
            exchange.redirect("/approvals/" + held.id());
        } catch (ApprovalException e) {
            show(exchange, 409, String.valueOf(e.getMessage()));
        }
    }
}
