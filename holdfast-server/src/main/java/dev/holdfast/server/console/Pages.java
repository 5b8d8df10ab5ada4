package dev.holdfast.server.console;

import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.web.ErrorPage;
import dev.holdfast.server.web.Routes;
import java.util.List;

/// All pages of the console.
public final class Pages {
    /// How a refusal looks to a browser.
    public static final ErrorPage ERROR = Layout::error;

    private Pages() {}

    /// The pages of a Holdfast that runs.
    public static List<Routes> of(LiveParts parts) {
        StopSwitch stopSwitch = new StopSwitch(parts.access());
        return List.of(
                new SignInPage(parts.people()),
                stopSwitch,
                new NowPage(
                        parts.sessions(),
                        parts.approvals(),
                        parts.audit(),
                        parts.clock(),
                        stopSwitch),
                new ApprovalsPage(parts.approvals(), parts.people().proofs(), parts.clock()),
                new ActivityPage(parts.configuration().audit().directory()),
                new UndoPage(parts),
                new AgentsPage(parts.configuration()),
                new PolicyPage(parts),
                new SettingsPage(parts.people()));
    }
}
