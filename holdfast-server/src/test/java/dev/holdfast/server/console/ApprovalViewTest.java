package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApprovalViewTest {
    private static final long NOW = 1_800_000_000_000L;

    @Test
    void saysFirstWhatWouldBeLost() {
        String page = detail(Role.REVIEWER, Held.State.PENDING);
        assertThat(page.indexOf("Deletes 61 rows")).isBetween(0, page.indexOf("The statement"));
        assertThat(page)
                .contains(
                        "shop.orders",
                        "−60",
                        "50 % of 120 rows",
                        "shop.customers",
                        "10 % of 10 rows");
    }

    @Test
    void theWidestReachStandsFirst() {
        String page = detail(Role.REVIEWER, Held.State.PENDING);
        assertThat(page.indexOf("shop.orders")).isLessThan(page.indexOf("shop.customers"));
    }

    @Test
    void theListHasNoLiteralValues() {
        String list = ApprovalView.list(List.of(held(Held.State.PENDING)), NOW).toString();
        assertThat(list).contains("name = $1").doesNotContain("Smith", "<evil>");
    }

    @Test
    void whatWasAskedIsShownInFullAndHarmless() {
        assertThat(detail(Role.REVIEWER, Held.State.PENDING))
                .contains("Smith &lt;evil&gt;")
                .doesNotContain("<evil>");
    }

    @Test
    void thePlanIsFoldedAway() {
        assertThat(detail(Role.REVIEWER, Held.State.PENDING))
                .containsSubsequence(
                        "<details><summary>PostgreSQL's plan", "Delete on customers", "</details>");
    }

    @Test
    void onlyAReviewerGetsTheForms() {
        assertThat(detail(Role.REVIEWER, Held.State.PENDING))
                .contains("/approve", "/changes", "/reject", "YES, I UNDERSTAND 61 rows");
        assertThat(detail(Role.OWNER, Held.State.PENDING)).doesNotContain("<form");
    }

    @Test
    void whatIsDecidedCannotBeDecidedAgain() {
        assertThat(detail(Role.REVIEWER, Held.State.USED)).doesNotContain("<form");
    }

    @Test
    void aBackupThatNobodyProvedIsNotSaidToBeOne() {
        assertThat(detail(Role.REVIEWER, Held.State.PENDING)).contains("not proven yet");
    }

    @Test
    void whyATryDidNotCountIsTold() {
        assertThat(
                        ApprovalView.detail(
                                        caller(Role.REVIEWER),
                                        held(Held.State.PENDING),
                                        NOW,
                                        "The code <was> used.",
                                        Html.NONE)
                                .toString())
                .contains("role=\"alert\">The code &lt;was&gt; used.");
    }

    private static String detail(Role role, Held.State state) {
        return ApprovalView.detail(caller(role), held(state), NOW, null, Html.NONE).toString();
    }

    static Caller caller(Role role) {
        return new Caller(new Person("ann", Set.of(role)), "token", "csrf-token", Caller.By.COOKIE);
    }

    static Held held(Held.State state) {
        HeldStatement statement =
                new HeldStatement(
                        new Principal("agent", "shop", "writers"),
                        Decision.Hold.Kind.ROWS,
                        "DELETE FROM shop.customers WHERE name = 'Smith <evil>'",
                        "DELETE FROM shop.customers WHERE name = $1",
                        List.of(),
                        "",
                        "hold.rows-over",
                        "it may change more than 10 rows",
                        "basis");
        MeasuredEffect effect =
                new MeasuredEffect(
                        List.of(
                                new TableEffect("shop.customers", 0, 0, 1, 10),
                                new TableEffect("shop.orders", 0, 0, 60, 120)),
                        List.of(),
                        List.of(
                                new RowSample(
                                        "shop.customers",
                                        List.of("id", "email"),
                                        List.of("1", "***"),
                                        List.of())),
                        List.of("shop.customers RowExclusiveLock"),
                        List.of("Delete on customers"),
                        12_345,
                        1_000);
        return new Held(
                "apr_1",
                statement,
                new Held.Purpose("clean up", ""),
                effect,
                "ab".repeat(32),
                1,
                state,
                List.of(),
                NOW - 60_000,
                NOW + 600_000,
                "",
                "",
                "");
    }
}
