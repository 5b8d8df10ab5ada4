package dev.holdfast.server.composition;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.client.AgentDirectory;
import dev.holdfast.gateway.client.FailedLogins;
import dev.holdfast.gateway.scram.MockSecret;
import dev.holdfast.gateway.scram.MockVerifiers;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.config.HoldfastConfiguration.Limits;
import dev.holdfast.server.web.AgentLogins;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;

/// Agents at the console's port, by the same names and passwords as at the gateway's. A name that nobody has
/// costs as much time as one that somebody has.
final class CheckedAgentLogins implements AgentLogins {
    /// Each check costs milliseconds of a processor; more at once would take them from the gateway.
    private static final int AT_ONCE = 2;

    private final AgentDirectory agents;
    private final MockVerifiers nobody;
    private final FailedLogins failures;
    private final Semaphore permits = new Semaphore(AT_ONCE);

    CheckedAgentLogins(AgentDirectory agents, Limits limits, InstantSource clock) {
        this.agents = agents;
        this.nobody = new MockVerifiers(MockSecret.random(new SecureRandom()), List.of());
        this.failures =
                new FailedLogins(
                        limits.loginFailuresPerAddressMax(),
                        Math.toIntExact(limits.loginFailureWindow().toMillis()),
                        clock);
    }

    @Override
    public Outcome check(String login, String password, String address) {
        InetAddress from;
        try {
            from = InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException _) {
            return new Outcome.Refused();
        }
        if (failures.tooMany(from)) {
            return new Outcome.TooMany();
        }
        AgentSettings agent = agents.find(login);
        ScramVerifier verifier = agent == null ? nobody.verifier(login) : agent.verifier();
        boolean fits;
        permits.acquireUninterruptibly();
        try {
            fits = verifier.fits(password.toCharArray());
        } finally {
            permits.release();
        }
        if (agent == null || !agent.enabled() || !fits) {
            failures.count(from);
            return new Outcome.Refused();
        }
        return new Outcome.Accepted(agent.name());
    }
}
