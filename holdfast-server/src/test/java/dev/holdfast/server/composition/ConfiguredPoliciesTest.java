package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.CatalogView;
import dev.holdfast.guard.policy.RuleSurroundings;
import dev.holdfast.server.access.GrantsInForce;
import dev.holdfast.sql.analysis.Analysis;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfiguredPoliciesTest {
    private static final Analysis NOTHING = new Analysis.Understood(List.of(), "", false);

    private final ConfiguredPolicies policies =
            new ConfiguredPolicies(
                    CatalogView.UNKNOWN, RuleSurroundings.none(), Map.of(), GrantsInForce.NONE);

    private String rule(Principal principal) {
        Decision decision = policies.of(principal).decide(principal, NOTHING);
        return decision instanceof Decision.Deny deny ? deny.refusal().rule() : "let through";
    }

    /// The store may say that it is over before the session has ended.
    @Test
    void aStatementUnderAGrantThatIsOverHearsThatAndNotThatAPolicyIsMissing() {
        assertThat(rule(new Principal("agent", "shop", "writers", "gr_1")))
                .isEqualTo("access.grant-ended");
    }

    @Test
    void aNameWithoutAPolicyLetsNothingThrough() {
        assertThat(rule(new Principal("agent", "shop", "nobody-wrote-it")))
                .isEqualTo("policy.missing");
    }
}
