package dev.holdfast.server.console;

import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.access.SessionEnding;
import dev.holdfast.server.audit.RecordSearch;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.oidc.SignIns;
import dev.holdfast.server.web.ErrorPage;
import dev.holdfast.server.web.Routes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/// All pages of the console.
public final class Pages {
    /// How a refusal looks to a browser.
    public static final ErrorPage ERROR = Layout::error;

    private Pages() {}

    /// The pages of a Holdfast that runs.
    public static List<Routes> of(LiveParts parts) {
        ProvenAccess proven = new ProvenAccess(parts.access(), parts.people().proofs());
        StopSwitch stopSwitch = new StopSwitch(parts.access(), proven);
        List<Routes> pages = new ArrayList<>();
        SignIns provider = parts.provider();
        if (provider != null) {
            pages.add(new ProviderPage(parts.people().providerLogins(), provider));
        }
        pages.addAll(signedIn(parts, proven, stopSwitch));
        pages.add(new SignInPage(parts.people(), provider));
        pages.add(new BrowserLoginPage(parts.people().browserLogins(), parts.people().proofs()));
        return pages;
    }

    private static List<Routes> signedIn(
            LiveParts parts, ProvenAccess proven, StopSwitch stopSwitch) {
        return List.of(
                stopSwitch,
                new NowPage(
                        parts.sessions(),
                        parts.approvals(),
                        parts.traffic(),
                        new SessionEnding(parts.sessions(), parts.audit(), parts.clock()),
                        parts.clock(),
                        stopSwitch),
                new ApprovalsPage(parts.approvals(), parts.people().proofs(), parts.clock()),
                new ActivityPage(parts.configuration().audit().directory()),
                new UndoPage(parts),
                new AgentsPage(
                        parts.access(),
                        proven,
                        parts.sessions(),
                        new RecordSearch(parts.configuration().audit().directory()),
                        parts.clock()),
                new NewAgentPage(parts.access(), new SecureRandom()),
                new GrantsPage(
                        parts.access(),
                        proven,
                        parts.sessions(),
                        parts.configuration().databases().stream()
                                .map(HoldfastConfiguration.Database::name)
                                .toList(),
                        parts.clock(),
                        new SecureRandom()),
                new RequestsPage(parts.access().requests(), proven, parts.clock()),
                new PolicyPage(parts),
                new SettingsPage(parts.people()));
    }
}
