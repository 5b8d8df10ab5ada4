package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import org.jspecify.annotations.Nullable;

/// What a form has that is sent with a proof for exactly what it says: the form's `data-proof` is where the
/// browser asks what a passkey has to sign.
final class ProofFields {
    /// Told where neither a passkey nor a code was given.
    private static final String MISSING =
            "Prove that it is you: with a passkey of yours, or with a code of your app.";

    private ProofFields() {}

    /// The buttons.
    ///
    /// @param verb what they do: `Give access`
    /// @param suffix tells the form from others of its page; letters and digits
    static Html of(String verb, String suffix) {
        return Html.of(
                """
                <input type="hidden" name="assertion">
                <button class="primary" type="submit" name="by" value="passkey">{}</button>
                <details><summary>Without a passkey: a code</summary>
                <label for="code-{}">Code of six digits from your app</label>
                <input id="code-{}" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code">
                <button type="submit" name="by" value="code">{}, by the code</button></details>
                <p class="problem" role="alert" hidden></p>
                """,
                verb, suffix, suffix, verb);
    }

    /// Gives what the form wants to give.
    ///
    /// @throws ProofException if no proof came with it, or one that does not count
    static <T> T give(Exchange exchange, ProvenAccess.Wish<T> wish)
            throws ProofException, AccessException {
        Proofs.Given given = given(exchange);
        if (given == null) {
            throw new ProofException(ProofException.Reason.NOT_ENROLLED, MISSING);
        }
        return wish.give(exchange.caller().person(), given);
    }

    private static Proofs.@Nullable Given given(Exchange exchange) {
        String assertion = Fields.text(exchange, "assertion");
        if (!assertion.isEmpty()) {
            return new Proofs.Given.Passkey(assertion);
        }
        String code = Fields.text(exchange, "code").strip();
        return code.isEmpty() ? null : new Proofs.Given.Code(code);
    }

    /// Answers with what a passkey has to sign.
    static void answer(Exchange exchange, ProvenAccess.Wish<?> wish) {
        try {
            exchange.answer("application/json", wish.passkeyOptions(exchange.caller().person()));
        } catch (ProofException e) {
            throw RequestRefused.conflict(
                    "no_passkey", String.valueOf(e.getMessage()), "Use a code.");
        }
    }
}
