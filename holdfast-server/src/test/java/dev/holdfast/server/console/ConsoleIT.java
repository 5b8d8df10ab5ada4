package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
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
        String invite =
                stage.people()
                        .invite(
                                "test",
                                "ann",
                                Set.of(Role.REVIEWER, Role.OPERATOR, Role.OWNER, Role.VIEWER))
                        .url();
        page.navigate(invite);
        browser.photograph("enrol");
        page.fill("#password", "correct horse battery staple");
        page.click("button.primary");
        page.locator("h1:has-text('Sign in'), .problem:visible").first().waitFor();
        assertThat(page.locator("main").innerText()).contains("Sign in");
        browser.photograph("login");
        page.click("button.primary");
        page.locator("h1:has-text('Now'), .problem:visible").first().waitFor();
        assertThat(page.locator("main").innerText()).contains("Sessions");
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
        page.fill(PHRASE, phrase);
        page.click("button[value=passkey]");
        page.waitForLoadState();
    }

    @Test
    void aPersonApprovesWhatTheySawAndPutsItBack() throws Exception {
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE);
        Held held = open();
        assertThat(page.locator("h1").innerText()).isEqualTo("Deletes 80 rows");
        assertThat(page.locator(".reach li").allInnerTexts())
                .anySatisfy(table -> assertThat(table).contains("shop.orders", "−60", "100 %"))
                .anySatisfy(table -> assertThat(table).contains("shop.customers", "−20"));
        browser.photograph("approval");

        approve("YES, I UNDERSTAND");
        page.locator("p.problem:has-text('exactly')").waitFor();
        assertThat(stage.count("shop.customers")).isEqualTo(20);

        approve(held.phrase());
        assertThat(agent.get(30, TimeUnit.SECONDS)).isEqualTo(20);
        assertThat(stage.count("shop.customers")).isZero();
        assertThat(stage.count("shop.orders")).isZero();

        page.navigate(stage.url() + "/undo");
        browser.photograph("undo");
        page.locator("a.card").first().click();
        page.waitForURL("**/undo/txn_*");
        browser.photograph("undo-one");
        page.click("text=Try it");
        page.waitForURL("**/try");
        assertThat(stage.count("shop.customers")).isZero();
        page.click("text=Put the rows back");
        page.waitForURL("**/apply");
        browser.photograph("undone");
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
        page.click("summary:has-text('Reject')");
        page.click("button.danger");
        page.locator(".state.rejected").waitFor();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
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
                        "/policy",
                        "/settings")) {
            page.navigate(stage.url() + path);
            String name = path.equals("/") ? "now" : path.substring(1).replaceAll("/.*", "");
            if (!path.startsWith("/approvals/")) {
                browser.photograph(name);
            }
            assertThat(browser.overflowOnAPhone()).as(path).isZero();
            assertThat(browser.accessibilityProblems()).as(path).isEmpty();
        }
        page.navigate(stage.url() + "/approvals/" + held.id());
        page.click("summary:has-text('Reject')");
        page.click("button.danger");
        page.locator(".state.rejected").waitFor();
        assertThatThrownBy(() -> agent.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void nowTellsOfAHoldWithoutBeingAskedAgain() throws Exception {
        page.navigate(stage.url() + "/");
        assertThat(page.locator("#holds").count()).isZero();
        CompletableFuture<Integer> agent = stage.agentRuns(DELETE + " WHERE id > -4");
        page.locator("#holds").waitFor(new Locator.WaitForOptions().setTimeout(20_000));
        open();
        page.click("summary:has-text('Reject')");
        page.click("button.danger");
        page.locator(".state.rejected").waitFor();
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
        page.click("button:has-text('Let work go on')");
        page.waitForLoadState();
        assertThat(page.locator("text=Everything is stopped").count()).isZero();
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
