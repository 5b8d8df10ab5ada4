package dev.holdfast.server.api;

import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.access.SessionEnding;
import dev.holdfast.server.composition.ConsoleParts;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.web.ErrorPage;
import dev.holdfast.server.web.Routes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The interface for programs, and beside it the pages for people.
public final class ApiParts implements ConsoleParts {
    private final Function<LiveParts, List<Routes>> pages;
    private final ErrorPage errorPage;

    /// @param pages what people see
    /// @param errorPage how a refusal looks to a browser
    public ApiParts(Function<LiveParts, List<Routes>> pages, ErrorPage errorPage) {
        this.pages = pages;
        this.errorPage = errorPage;
    }

    @Override
    public List<Routes> routes(LiveParts parts) {
        ActionRecord record = new ActionRecord(parts.audit(), parts.clock());
        ProvenAccess proven = new ProvenAccess(parts.access(), parts.people().proofs());
        List<DocumentedRoutes> documented =
                List.of(
                        new AuthApi(parts.people()),
                        new PeopleApi(parts.people()),
                        new OwnPasskeysApi(parts.people().ownPasskeys(), parts.people().proofs()),
                        new SessionsApi(
                                parts.sessions(),
                                parts.traffic(),
                                new SessionEnding(parts.sessions(), parts.audit(), parts.clock())),
                        new AgentApi(parts.approvals()),
                        new ApprovalsApi(parts.approvals(), parts.people().proofs()),
                        new ActivityApi(parts.configuration().audit().directory()),
                        new UndoApi(parts, record),
                        new QuarantineApi(parts, record),
                        new PolicyApi(parts),
                        new AgentsApi(parts.access(), proven),
                        new GrantsApi(parts.access(), proven),
                        new RequestsApi(parts.access().requests(), proven),
                        new StopApi(parts.access(), proven));
        List<Routes> all = new ArrayList<>(documented);
        all.add(new OpenApi(documented.stream().map(DocumentedRoutes::document).toList()));
        all.addAll(pages.apply(parts));
        return all;
    }

    @Override
    public ErrorPage errorPage() {
        return errorPage;
    }
}
