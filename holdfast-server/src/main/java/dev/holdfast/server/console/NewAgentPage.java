package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.util.random.RandomGenerator;

/// Making an agent. Its path is not below `/agents`: an agent may be called anything.
final class NewAgentPage implements Routes {
    private static final String POLICY = "read-only";
    private static final long SESSIONS = 20;

    private final AccessBook book;
    private final SentForms forms;

    NewAgentPage(AccessBook book, RandomGenerator random) {
        this.book = book;
        this.forms = new SentForms(random);
    }

    @Override
    public void add(RouteTable table) {
        table.get("/new-agent", Roles.OPERATE, this::blank);
        table.post("/new-agent", Roles.OPERATE, this::create);
    }

    private void blank(Exchange exchange) {
        form(exchange, 200, new Filled("", POLICY, String.valueOf(SESSIONS)), "");
    }

    /// As it was sent.
    private record Filled(String name, String policy, String sessions) {}

    private void form(Exchange exchange, int status, Filled filled, String problem) {
        exchange.html(
                status,
                Layout.page(
                        exchange.caller(),
                        Layout.Place.AGENTS,
                        "Make an agent",
                        content(exchange.caller(), filled, problem)));
    }

    private Html content(Caller caller, Filled filled, String problem) {
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / make one</p>
                <h1>Make an agent</h1>{}
                <form class="sheet" method="post" action="/new-agent" autocomplete="off">{}{}
                <label for="name">Name</label>
                <input id="name" name="name" required maxlength="63" value="{}" autocapitalize="none"
                spellcheck="false" placeholder="invoice-bot">
                <div class="pair"><div><label for="policy">Policy</label>
                <input id="policy" name="policy" required maxlength="63" value="{}" autocapitalize="none"
                spellcheck="false" aria-describedby="policy-hint">
                <p class="hint" id="policy-hint">Of the policy file, or read-only. It holds under every grant.</p></div>
                <div><label for="sessions-max">Sessions at once</label>
                <input id="sessions-max" name="sessions" type="number" required min="1" max="100000" value="{}"
                inputmode="numeric"></div></div>
                <button class="primary" type="submit">Make the agent</button>
                <p class="dim">It gets a password, shown once, and reaches no database until it is given a grant.</p>
                </form>
                """,
                AccessView.problem(problem),
                Layout.csrf(caller),
                forms.field(),
                filled.name(),
                filled.policy(),
                filled.sessions());
    }

    private void create(Exchange exchange) {
        Filled filled =
                new Filled(
                        Fields.text(exchange, "name").strip(),
                        Fields.text(exchange, "policy").strip(),
                        Fields.text(exchange, "sessions"));
        forms.requireFirst(exchange);
        try {
            String password =
                    book.createAgent(
                            exchange.caller().person().name(),
                            filled.name(),
                            filled.policy(),
                            Math.clamp(Fields.number(filled.sessions()), 0, Integer.MAX_VALUE));
            exchange.html(
                    Layout.page(
                            exchange.caller(),
                            Layout.Place.AGENTS,
                            "The agent is made",
                            made(filled.name(), password)));
        } catch (AccessException e) {
            form(exchange, AccessProblems.status(e), filled, String.valueOf(e.getMessage()));
        }
    }

    private static Html made(String name, String password) {
        String path = Fields.segment(name);
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / <a href="/agents/{}">{}</a></p>
                <h1>{} is made</h1>
                <p class="note" role="status">Hand this on now. The password is shown this once and kept
                nowhere. It lets the agent ask for access; it opens no database by itself.</p>
                <dl class="facts">
                <dt>Agent</dt><dd><code class="phrase" id="user">{}</code></dd>
                <dt>Password</dt><dd><code class="phrase" id="password">{}</code></dd>
                </dl>
                <p><a class="button primary" href="/grants/new?agent={}">Give access</a></p>
                """,
                path,
                name,
                name,
                name,
                password,
                path);
    }
}
