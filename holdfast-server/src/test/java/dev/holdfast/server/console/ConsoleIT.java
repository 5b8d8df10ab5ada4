package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.RequestOptions;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.AgentFacts;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A person with a browser and a passkey, an agent with a driver, and a database between them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("InterruptedExceptionSwallowed") // a test that is interrupted fails
class ConsoleIT {
    private static final String DELETE = "DELETE FROM shop.customers";
    private static final String PHRASE = "#phrase";

    private ConsoleStage stage;
    private Browser browser;
    private Page page;

    @BeforeAll
    void enrol(@TempDir Path directory)
            throws IOException, ConfigurationException, PeopleException {
        Assumptions.assumeTrue(Browser.isThere(), "chromium, node and playwright-core are needed");
        stage = new ConsoleStage(directory);
        browser = new Browser();
        page = browser.page();
        enrol(page, "ann", Set.of(Role.REVIEWER, Role.OPERATOR, Role.OWNER, Role.VIEWER));
    }

    /// Opens an invite at a device, enrols a passkey there and signs in with it.
    private void enrol(Page device, String name, Set<Role> roles)
            throws IOException, PeopleException {
        device.navigate(stage.people().invite("test", name, roles).url());
        boolean first = device.equals(page);
        if (first) {
            assertThat(browser.look(device, "enrol")).isEmpty();
        }
        device.fill("#password", "correct horse battery staple");
        device.click("button.primary");
        device.locator("h1:has-text('Sign in'), .problem:visible").first().waitFor();
        assertThat(device.locator("main").innerText()).contains("Sign in");
        if (first) {
            assertThat(browser.look(device, "login")).isEmpty();
        }
        device.click("button.primary");
        device.locator("h1:has-text('Now'), .problem:visible").first().waitFor();
        assertThat(device.locator("main").innerText()).contains("Sessions");
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.close();
        }
        if (stage != null) {
            stage.close();
        }
    }

    @BeforeEach
    void refill() throws ApprovalException {
        // One that failed leaves its hold behind, and the next would decide that one.
        for (Held left : stage.book().pending()) {
            stage.book().reject(left.id(), new Person("test", Set.of(Role.REVIEWER)), "");
        }
        stage.refill();
    }

    private Held open() throws ApprovalException, InterruptedException {
        Held held = stage.waiting();
        page.navigate(stage.url() + "/approvals/" + held.id());
        return held;
    }

    private void approve(String phrase) {
        approve(page, phrase);
    }

    private static void approve(Page device, String phrase) {
        device.fill(PHRASE, phrase);
        device.click("button[value=passkey]");
        device.waitForLoadState();
    }

    private void looksGood(String name) throws IOException {
        assertThat(browser.look(page, name)).as(name).isEmpty();
    }

    @Test
    void aPersonApprovesWhatTheySawAndPutsItBack() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE);
        Held held = open();
        assertThat(page.locator("h1").innerText()).isEqualTo("Deletes 80 rows");
        assertThat(page.locator(".reach .node").allInnerTexts())
                .anySatisfy(table -> assertThat(table).contains("shop.orders", "−60", "100 %"))
                .anySatisfy(table -> assertThat(table).contains("shop.customers", "−20"));
        approve("YES, I UNDERSTAND");
        page.locator("p.problem:has-text('exactly')").waitFor();
        assertThat(stage.count("shop.customers")).isEqualTo(20);

        approve(held.phrase());
        assertThat(agent.get(30, TimeUnit.SECONDS)).isEqualTo(20);
        assertThat(stage.count("shop.customers")).isZero();
        assertThat(stage.count("shop.orders")).isZero();

        page.navigate(stage.url() + "/undo");
        looksGood("undo");
        page.locator("a.card").first().click();
        page.waitForURL("**/undo/txn_*");
        looksGood("undo-one");
        page.click("text=Try it");
        page.waitForURL("**/try");
        assertThat(stage.count("shop.customers")).isZero();
        page.click("text=Put the rows back");
        page.waitForURL("**/apply");
        looksGood("undone");
        assertThat(stage.count("shop.customers")).isEqualTo(20);
        assertThat(stage.count("shop.orders")).isEqualTo(60);
    }

    @Test
    void aNoReachesTheAgentWithItsReason() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > 0");
        open();
        page.click("summary:has-text('Reject')");
        page.fill("#reason", "not on a Friday");
        page.click("button.danger");
        page.locator(".state.rejected").waitFor();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS))
                .cause()
                .hasMessageContaining("not on a Friday");
        assertThat(stage.count("shop.customers")).isEqualTo(20);
    }

    @Test
    void aWishReachesTheAgent() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > 1");
        open();
        page.click("summary:has-text('Ask for changes')");
        page.fill("#wish", "only those of last year");
        page.click("form[action$=changes] button");
        page.locator(".state.changes-requested").waitFor();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS))
                .cause()
                .hasMessageContaining("only those of last year");
        assertThat(stage.count("shop.customers")).isEqualTo(20);
    }

    @Test
    void anEffectThatGrewAfterTheWordIsRolledBack() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -1");
        Held held = open();
        stage.grow();
        approve(held.phrase());
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(stage.count("shop.customers")).isEqualTo(40);
    }

    @Test
    void aSessionAloneApprovesNothing() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -2");
        Held held = open();
        page.fill(PHRASE, held.phrase());
        // What a thief of the cookie can do: send the form without a passkey.
        page.evaluate("document.querySelector('form[data-passkey]').submit()");
        page.waitForURL("**/approve");
        assertThat(page.locator(".problem:visible").count()).isEqualTo(1);
        Held still = stage.book().find(held.id());
        assertThat(still).isNotNull();
        assertThat(still.isOpen()).isTrue();
        assertThat(stage.count("shop.customers")).isEqualTo(20);
        reject();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void whatNobodyDecidesInTimeIsOver() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -5");
        Held held = open();
        stage.letExpire(held);
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS))
                .cause()
                .hasMessageContaining("its time is over", "people are asked anew");
        // Who had the page open learns it when they decide.
        approve(held.phrase());
        page.locator(".problem:has-text('it is expired')").waitFor();
        page.locator(".state.expired").waitFor();
        assertThat(page.locator("main").innerText()).contains("nothing was changed");
        assertThat(page.locator("#phrase").count()).isZero();
        looksGood("approval-expired");
        assertThat(stage.count("shop.customers")).isEqualTo(20);
    }

    @Test
    void theWorstTakesTwoPeopleAtTheirOwnDevices() throws Exception {
        stage.grow();
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -6");
        Held held = open();
        assertThat(page.locator("#decide + p").innerText()).contains("Two people");
        approve(held.phrase());
        page.locator("text=One more person has to").waitFor();
        assertThat(page.locator(PHRASE).count()).isZero();
        looksGood("approval-first-of-two");
        assertThat(agent.isDone()).isFalse();
        assertThat(stage.count("shop.customers")).isEqualTo(40);

        Page second = browser.newcomer();
        enrol(second, "ben", Set.of(Role.REVIEWER));
        second.navigate(stage.url() + "/approvals/" + held.id());
        assertThat(second.locator("#decide + p").innerText()).contains("ann has approved");
        assertThat(browser.look(second, "approval-second-of-two")).isEmpty();
        approve(second, held.phrase());
        assertThat(agent.get(30, TimeUnit.SECONDS)).isEqualTo(40);
        assertThat(stage.count("shop.customers")).isZero();

        second.navigate(stage.url() + "/settings");
        second.click("button:has-text('Sign out everywhere')");
        second.locator("h1:has-text('Sign in')").waitFor();
        second.navigate(stage.url() + "/approvals");
        assertThat(second.locator("main").innerText()).contains("Sign in");
    }

    @Test
    void theWaysFromTableToTableAreDrawn() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns("DELETE FROM crm.accounts");
        open();
        String below = ".reach > li > ul > li > ";
        assertThat(page.locator(".reach > li > .node .name").allInnerTexts())
                .containsExactly("crm.accounts");
        assertThat(page.locator(below + ".node").allInnerTexts())
                .anySatisfy(node ->
                        assertThat(node)
                                .contains(
                                        "crm.notes",
                                        "−36",
                                        "go with the rows",
                                        "notes_account_fkey"))
                .anySatisfy(
                        node -> assertThat(node).contains("crm.tasks", "~5", "refer to nothing"));
        assertThat(page.locator(below + "ul > li > .node").allInnerTexts())
                .anySatisfy(node -> assertThat(node).contains("crm.replies", "−40"))
                .anySatisfy(node ->
                        assertThat(node).contains("crm.log", "+36", "a trigger", "keep_log"));
        assertThat(page.locator("#waits + dl").innerText())
                .contains("crm.accounts", "others go on reading");
        looksGood("approval-cascade");
        reject();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void whatStaysInDoubtIsClosedByWhoeverLooksAtTheRows() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -7");
        Held held = open();
        reject();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
        stage.leaveInDoubt(held);
        page.navigate(stage.url() + "/approvals/" + held.id());
        looksGood("approval-in-doubt");
        page.check("[name=ran][value=no]");
        page.fill("#settle-reason", "its machine is gone");
        // What a thief of the cookie can do: send the form without a passkey.
        page.evaluate("document.querySelector('form[action$=settle]').submit()");
        page.waitForURL("**/settle");
        assertThat(page.locator(".problem:visible").count()).isPositive();
        page.check("[name=ran][value=no]");
        page.fill("#settle-reason", "its machine is gone");
        page.click("form[action$=settle] button[value=passkey]");
        page.locator(".state.void").waitFor();
        assertThat(page.locator("main").innerText())
                .contains("by the word of ann alone", "its machine is gone");
        assertThat(stage.count("shop.customers")).isEqualTo(20);
    }

    private void reject() {
        page.click("summary:has-text('Reject')");
        page.click("button.danger");
        page.locator(".state.rejected").waitFor();
    }

    @Test
    void anAgentIsMadeByAFormAndItsPasswordShownOnce() throws Exception {
        page.navigate(stage.url() + "/agents");
        page.click("a:has-text('Make an agent')");
        page.fill("#name", "gr_bot");
        page.click("button.primary");
        page.locator(".problem:has-text('not beginning with gr_')").waitFor();
        assertThat(page.inputValue("#name")).isEqualTo("gr_bot");
        looksGood("agent-form");
        page.fill("#name", "invoice-bot");
        page.click("button.primary");
        assertThat(page.locator("#user").innerText()).isEqualTo("invoice-bot");
        String password = page.locator("#password").innerText();
        looksGood("agent-made");
        page.reload();
        page.locator("h1:has-text('sent before')").waitFor();
        assertThat(page.content()).doesNotContain(password);
        // It is the agent's, and opens nothing without a grant.
        String login =
                Base64.getEncoder()
                        .encodeToString(
                                ("invoice-bot:" + password).getBytes(StandardCharsets.UTF_8));
        assertThat(
                        page.request()
                                .get(
                                        stage.url() + "/api/v1/agent/holds",
                                        RequestOptions.create()
                                                .setHeader("Authorization", "Basic " + login))
                                .status())
                .isEqualTo(200);
        assertThatThrownBy(() -> stage.connect("invoice-bot", password)).isNotNull();
        page.navigate(stage.url() + "/grants/new?agent=invoice-bot");
        assertThat(page.inputValue("#agent")).isEqualTo("invoice-bot");
        // Without the session's own token a form makes nothing.
        page.navigate(stage.url() + "/new-agent");
        page.fill("#name", "forged");
        page.evaluate("document.querySelector('form.sheet [name=csrf]').value = 'x'");
        page.click("button.primary");
        page.waitForLoadState();
        assertThat(stage.access().agents())
                .extracting(AgentFacts::name)
                .contains("invoice-bot")
                .doesNotContain("forged", "gr_bot");
    }

    @Test
    void accessIsGivenByAFormUsedAndTakenBack() throws Exception {
        page.navigate(stage.url() + "/agents");
        page.click("a:has-text('Give access')");
        page.fill("#task", "clean up test orders");
        page.fill("#justification", "ticket 4711");
        page.fill("#tables", "shop.orders");
        page.check("[name=may-delete]");
        page.fill("#minutes", "10");
        page.click("button.primary");
        page.locator(".problem:has-text('how many rows')").waitFor();
        assertThat(page.inputValue("#task")).isEqualTo("clean up test orders");
        looksGood("grant-form");
        page.fill("#rows", "5");
        page.locator("form.sheet").evaluate("form => form.submit()");
        page.locator(".problem:has-text('Prove that it is you')").waitFor();
        page.click("button.primary");
        String user = page.locator("#user").innerText();
        String password = page.locator("#password").innerText();
        looksGood("grant-given");
        try (Connection connection = stage.connect(user, password);
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM shop.orders WHERE id IN (1, 2)"))
                    .isEqualTo(2);
            assertThatThrownBy(() -> statement.executeQuery("SELECT id FROM shop.customers"))
                    .hasMessageContaining("shop.customers");
            page.reload();
            page.locator("h1:has-text('sent before')").waitFor();
            assertThat(page.content()).doesNotContain(password);
            page.navigate(stage.url() + "/agents");
            page.click("a.card:has-text('clean up test orders')");
            assertThat(page.locator("#sessions + .cards > li").count()).isEqualTo(1);
            page.fill("#minutes", "30");
            page.click("button:has-text('Renew')");
            page.locator("text=in 29 min").or(page.locator("text=in 30 min")).waitFor();
            looksGood("grant");
            page.fill("#reason", "done");
            page.click("button:has-text('Revoke')");
            page.locator(".state.revoked").waitFor();
            looksGood("grant-revoked");
            assertThatThrownBy(
                            () -> statement.executeUpdate("DELETE FROM shop.orders WHERE id = 3"))
                    .isNotNull();
        }
        assertThatThrownBy(() -> stage.connect(user, password)).isNotNull();
        assertThat(stage.count("shop.orders")).isEqualTo(58);
    }

    @Test
    void whatAnAgentAsksForIsGivenInPart() throws Exception {
        AccessRequest asked = asks("tidy up");
        page.navigate(stage.url() + "/agents");
        looksGood("agents-asked");
        page.click("a.card:has-text('tidy up')");
        page.fill("#tables", "shop.*");
        page.click("button.primary");
        page.locator(".problem:has-text('more than was asked for')").waitFor();
        page.fill("#tables", "shop.orders");
        page.fill("#rows", "3");
        page.fill("#words", "three will do");
        looksGood("request");
        page.click("button.primary");
        String user = page.locator("#user").innerText();
        try (Connection connection = stage.connect(user, page.locator("#password").innerText());
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM shop.orders WHERE id IN (1, 2, 3)"))
                    .isEqualTo(3);
            assertThatThrownBy(
                            () -> statement.executeUpdate("DELETE FROM shop.orders WHERE id = 4"))
                    .isNotNull();
        }
        AccessRequest answered = stage.access().requests().request(asked.id());
        assertThat(answered.words()).isEqualTo("three will do");
        assertThat(answered.grant()).isEqualTo(user);
        page.navigate(stage.url() + "/requests/" + asked.id());
        looksGood("request-answered");
        assertThat(page.locator("form[action*=requests]").count()).isZero();
    }

    private AccessRequest asks(String task) throws AccessException {
        return stage.access()
                .requests()
                .request(
                        GrantOrder.of(
                                "agent",
                                "shop",
                                task,
                                "customers complain about old orders",
                                GrantTerms.of(
                                        List.of("shop.orders", "shop.customers"),
                                        List.of("select", "delete"),
                                        100),
                                Duration.ofMinutes(45),
                                Duration.ofMinutes(45)));
    }

    @Test
    void whatAnAgentAsksForIsRefusedInWords() throws Exception {
        AccessRequest asked = asks("look around");
        page.navigate(stage.url() + "/requests/" + asked.id());
        page.click("summary:has-text('Reject')");
        page.fill("#reason", "nobody looks around");
        page.click("button.danger");
        page.locator(".state.rejected").waitFor();
        assertThat(stage.access().requests().request(asked.id()).words())
                .isEqualTo("nobody looks around");
    }

    @Test
    void anAgentIsKeptOutAndLetInAgain() throws Exception {
        page.navigate(stage.url() + "/agents");
        page.locator("#agents + .cards a.card").first().click();
        looksGood("agent");
        page.click("summary:has-text('Disable')");
        page.fill("#reason", "it drops tables");
        page.click("button.danger");
        page.locator("text=it drops tables").waitFor();
        looksGood("agent-disabled");
        CompletableFuture<Integer> kept =
                stage.agentRuns("DELETE FROM shop.customers WHERE id = -1");
        assertThatThrownBy(() -> kept.get(30, TimeUnit.SECONDS)).isNotNull();
        page.click("button:has-text('Let it in again')");
        page.locator("summary:has-text('Disable')").waitFor();
        stage.agentRuns("DELETE FROM shop.customers WHERE id = -1").get(30, TimeUnit.SECONDS);
    }

    @Test
    void aPasskeyIsAddedAtAnotherDeviceAndTheFirstRemoved() throws Exception {
        String cards = "#passkeys + .cards > li";
        page.navigate(stage.url() + "/settings");
        assertThat(page.locator(cards).allInnerTexts())
                .singleElement()
                .asString()
                .contains("The last thing that proves who you are");
        page.click("summary:has-text('Add a passkey')");
        page.click("button:has-text('Prove it with a passkey')");
        page.locator("h1:has-text('Add a passkey')").waitFor();
        looksGood("settings-add");
        browser.changeAuthenticator(page);
        page.fill("#name", "phone");
        page.click("button:has-text('Make the passkey')");
        page.locator(".figure:has-text('phone')").waitFor();
        Locator first = page.locator(cards).first();
        // What a thief of the cookie can do: send the form without a proof.
        first.locator("form[action$=remove]").evaluate("form => form.submit()");
        page.locator(".problem:visible").waitFor();
        assertThat(page.locator(cards).count()).isEqualTo(2);
        first.locator("summary:has-text('Rename')").click();
        first.locator("input[name=name]").fill("old laptop");
        first.locator("button:has-text('Rename')").click();
        page.locator(".figure:has-text('old laptop')").waitFor();
        first.locator("summary:has-text('Remove')").click();
        looksGood("settings-two");
        first.locator("button[value=passkey]").click();
        page.locator(cards + ":has-text('The last thing')").waitFor();
        assertThat(page.locator(cards).allInnerTexts())
                .singleElement()
                .asString()
                .contains("phone");
    }

    @Test
    void aCommandLineGetsItsSessionFromTheBrowser(@TempDir Path directory) throws Exception {
        Page device = browser.newcomer();
        enrol(device, "cleo", Set.of(Role.VIEWER));
        device.context().clearCookies();
        try (LoginProgram program = new LoginProgram(directory, stage.url(), "cleo")) {
            String address = program.address();
            // Whoever is not signed in comes back here; so does whoever goes elsewhere in between.
            device.navigate(address);
            device.locator("h1:has-text('Sign in')").waitFor();
            device.click("button.primary");
            device.waitForURL(address);
            assertThat(device.locator("code.phrase").innerText()).isEqualTo(program.mark());
            assertThat(device.locator("dl.facts").innerText())
                    .contains("a session as cleo (viewer)", "12 h at most", "127.0.0.1");
            assertThat(browser.look(device, "login-browser")).isEmpty();

            // What a thief of the cookie can do: send the form without a passkey.
            device.evaluate("document.querySelector('form[data-passkey]').submit()");
            device.locator(".problem:visible").waitFor();
            // And a page of another site: nothing.
            String form = "csrf=&assertion=&code=000000";
            for (String path : List.of("", "/refuse")) {
                assertThat(
                                device.request()
                                        .post(
                                                address + path,
                                                RequestOptions.create()
                                                        .setHeader("Origin", "https://evil.example")
                                                        .setHeader(
                                                                "Content-Type",
                                                                "application/x-www-form-urlencoded")
                                                        .setData(form))
                                        .status())
                        .isEqualTo(403);
            }
            // Somebody else who is signed in.
            page.navigate(address);
            assertThat(page.locator("main").innerText()).contains("asked of somebody else");
            assertThat(program.isWaiting()).isTrue();

            device.click("button[value=passkey]");
            device.waitForURL("http://127.0.0.1:*/**");
            assertThat(device.locator("h1").innerText()).contains("has its answer");
            assertThat(program.said()).contains("signed in to " + stage.url() + " as cleo");
            assertThat(stage.people().session(program.token()))
                    .satisfies(session -> assertThat(session.person().name()).isEqualTo("cleo"));
        }
        // Where it is refused, and where it is carried over by hand.
        String refused = stage.url() + "/login/browser/" + stage.asking("cleo");
        device.navigate(refused);
        device.click("button:has-text('refuse')");
        device.locator("h1:has-text('Refused')").waitFor();
        device.navigate(refused);
        assertThat(device.locator("main").innerText()).contains("cannot be answered any more");
        device.navigate(stage.url() + "/login/browser/" + stage.asking("cleo"));
        assertThat(device.locator(".note").innerText()).contains("Nobody who is honest");
        assertThat(browser.look(device, "login-browser-paste")).isEmpty();
        device.click("button[value=passkey]");
        assertThat(device.locator("#handed").innerText()).matches("([A-Z2-7]{4}-){5}[A-Z2-7]{4}");
        assertThat(browser.look(device, "login-browser-code")).isEmpty();
    }

    @Test
    void everyPageIsAccessibleAndFitsAPhone() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -3");
        Held held = stage.waiting();
        for (String path :
                List.of(
                        "/",
                        "/approvals",
                        "/approvals/" + held.id(),
                        "/activity",
                        "/undo",
                        "/agents",
                        "/grants/new",
                        "/policy",
                        "/settings")) {
            page.navigate(stage.url() + path);
            String name = path.equals("/") ? "now" : path.substring(1).replaceAll("/.*", "");
            looksGood(path.startsWith("/approvals/") ? "approval" : name);
        }
        page.navigate(stage.url() + "/approvals/" + held.id());
        reject();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void nowTellsOfAHoldWithoutBeingAskedAgain() throws Exception {
        page.navigate(stage.url() + "/");
        assertThat(page.locator("#holds").count()).isZero();
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -4");
        page.locator("#holds").waitFor(new Locator.WaitForOptions().setTimeout(20_000));
        open();
        reject();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void oneSwitchStopsEverythingAndLetsItGoOn() throws Exception {
        page.navigate(stage.url() + "/");
        page.click("summary:has-text('End every session')");
        page.fill("#why", "it smells of smoke");
        page.click("button:has-text('Stop everything')");
        page.locator("text=Everything is stopped").waitFor();
        CompletableFuture<Integer> kept =
                stage.agentRuns("DELETE FROM shop.customers WHERE id = -1");
        assertThatThrownBy(() -> kept.get(30, TimeUnit.SECONDS)).isNotNull();
        // What a thief of the cookie can do: send the form without a proof.
        page.locator("form[action='/resume']").evaluate("form => form.submit()");
        page.locator("h1:has-text('Prove that it is you')").waitFor();
        page.navigate(stage.url() + "/");
        page.click("button:has-text('Let work go on')");
        page.locator("text=Everything is stopped")
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN));
        stage.agentRuns("DELETE FROM shop.customers WHERE id = -1").get(30, TimeUnit.SECONDS);
    }

    @Test
    void aStatementIsExplainedWithoutBeingRun() throws SQLException {
        page.navigate(stage.url() + "/policy");
        page.fill("#sql", DELETE);
        page.click("button.primary");
        page.waitForLoadState();
        assertThat(page.locator("[role=status]").innerText()).contains("hold");
        assertThat(stage.count("shop.customers")).isEqualTo(20);
    }
}
