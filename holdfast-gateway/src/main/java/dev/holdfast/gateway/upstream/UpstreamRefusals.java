package dev.holdfast.gateway.upstream;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;

/// What a client is told when PostgreSQL cannot be had. Nothing here names a host, a role or a
/// password: the agent may read it, the operator finds them in the log.
public final class UpstreamRefusals {
    private UpstreamRefusals() {}

    /// PostgreSQL was not reached, or did not answer in time.
    public static Refusal unreachable() {
        return new Refusal(
                ErrorCode.CANNOT_CONNECT_NOW,
                "upstream.unreachable",
                "the database cannot be reached now",
                "Rule upstream.unreachable: the gateway got no working connection to PostgreSQL.",
                "Try again in a few seconds. If it persists, the operator finds the cause in the"
                        + " gateway's log.");
    }

    /// PostgreSQL answered and said no.
    ///
    /// @param sqlState PostgreSQL's own code, which tells much and gives nothing away
    public static Refusal refused(String sqlState) {
        return new Refusal(
                sqlState.startsWith("53")
                        ? ErrorCode.TOO_MANY_CONNECTIONS
                        : ErrorCode.CANNOT_CONNECT_NOW,
                "upstream.refused",
                "the database refused the gateway's connection",
                "Rule upstream.refused: PostgreSQL answered SQLSTATE " + sqlState + ".",
                "Try again later. If it persists, the operator finds the cause in the gateway's log.");
    }

    /// PostgreSQL was reached and is not as it must be.
    public static Refusal unfit() {
        return new Refusal(
                ErrorCode.CANNOT_CONNECT_NOW,
                "upstream.unfit",
                "the database is not set up to be served safely",
                "Rule upstream.unfit: PostgreSQL reported a setting, a role or a version with which"
                        + " statements cannot be judged.",
                "Trying again does not help. The operator finds the cause in the gateway's log.");
    }

    /// The access has ended while the connection was on its way.
    public static Refusal accessEnded() {
        return new Refusal(
                ErrorCode.INVALID_AUTHORIZATION,
                "access.ended",
                "this access has ended",
                "Rule access.ended: it was taken back, or its time is over.",
                "Ask a person for new access, and say for which task.");
    }

    /// The gateway is stopping.
    public static Refusal stopping() {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "gateway.stopping",
                "the gateway is shutting down",
                "Rule gateway.stopping: sessions are ended in order.",
                "Connect again in a few seconds.");
    }
}
