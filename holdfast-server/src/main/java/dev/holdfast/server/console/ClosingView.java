package dev.holdfast.server.console;

import dev.holdfast.server.approval.ApprovalClosing;
import dev.holdfast.server.approval.ApprovalClosing.Claim;
import dev.holdfast.server.approval.ApprovalClosing.Finding;
import dev.holdfast.server.web.Caller;

/// How an approval that stays in doubt is closed.
final class ClosingView {
    private static final String RAN = "yes";
    private static final String DID_NOT_RUN = "no";

    private ClosingView() {}

    /// Why it cannot be closed at this moment.
    static Html notNow(String why) {
        return Html.of(
                "<section aria-labelledby=\"settle\"><h2 id=\"settle\">Close it</h2>"
                        + "<p class=\"calm\">{}</p></section>",
                why);
    }

    static Html form(Caller caller, ApprovalClosing.Prospect prospect) {
        String id = prospect.held().id();
        return Html.of(
                """
                <section class="decide" aria-labelledby="settle"><h2 id="settle">Close it</h2>
                <p>Its gateway has not come back. What is known: <strong>{}</strong>.</p>
                <form method="post" action="/approvals/{}/settle" data-passkey="/approvals/{}/settle/passkey"
                autocomplete="off">{}<input type="hidden" name="assertion">{}
                <label for="settle-reason">Why do you close it? It goes on record.</label>
                <input id="settle-reason" name="reason" required maxlength="1000">
                <div class="row"><button class="primary" type="submit" name="by"
                value="passkey">Close with passkey</button></div>
                <details><summary>Without a passkey: a code</summary>
                <label for="settle-code">Code of six digits from your app</label>
                <input id="settle-code" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code">
                <button type="submit" name="by" value="code">Close with code</button></details>
                <p class="problem" role="alert" hidden></p></form>
                <p class="dim">Nothing runs, or runs again: it ends as used or as void.</p></section>
                """,
                prospect.finding().text(),
                id,
                id,
                Layout.csrf(caller),
                prospect.finding() == Finding.UNKNOWN ? question() : Html.NONE);
    }

    private static Html question() {
        return Html.of(
                """
                <fieldset><legend>Look at the rows. Did it run?</legend>
                <div class="choices">
                <label class="choice"><input type="radio" name="ran" value="{}" required> It ran</label>
                <label class="choice"><input type="radio" name="ran" value="{}"> It did not run</label></div></fieldset>
                """,
                RAN,
                DID_NOT_RUN);
    }

    /// What the form says.
    static Claim claim(String ran) {
        return switch (ran) {
            case RAN -> Claim.RAN;
            case DID_NOT_RUN -> Claim.DID_NOT_RUN;
            default -> Claim.NONE;
        };
    }
}
