package dev.holdfast.gateway.client;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.guard.decision.Refusal;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Who may log in, at this moment: what it says may change while the gateway runs. Asked on event loops:
/// answers from memory, in a time that tells nothing about who exists.
@FunctionalInterface
public interface AgentDirectory {

    /// Who logs in by a name; null where nobody does. The same object as long as nothing about it
    /// changed.
    @Nullable AgentSettings find(String login);

    /// Why somebody who has proven a password may not begin a session now; null where it may. Asked when
    /// the session counts already: whoever takes access away first changes the answer and then ends the
    /// sessions, so that none slips through between.
    ///
    /// @param login the name that was logged in with
    /// @param agent what [#find] said when the login began
    default @Nullable Refusal barred(String login, AgentSettings agent, String database) {
        return agent.equals(find(login)) ? null : ClientRefusals.login(login);
    }

    /// A directory that never changes.
    static AgentDirectory of(Collection<AgentSettings> agents) {
        Map<String, AgentSettings> byName =
                agents.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        AgentSettings::name, Function.identity()));
        return byName::get;
    }
}
