package dev.holdfast.gateway.client;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.ProtocolViolation;

/// What clients are told that do not get in.
final class ClientRefusals {
    private ClientRefusals() {}

    /// One text for all: a wrong password, an unknown or disabled agent, a database that does not
    /// exist or that the agent may not use. Telling them apart would tell a guesser what to try next.
    static Refusal login(String user) {
        return new Refusal(
                ErrorCode.INVALID_PASSWORD,
                "login.failed",
                "password authentication failed for user \"" + user + "\"",
                "Rule login.failed: agent, password and database must belong together.",
                "Check the agent's name, its password, and that it may use this database.");
    }

    static Refusal plaintext() {
        return new Refusal(
                ErrorCode.INVALID_AUTHORIZATION,
                "login.tls-required",
                "the gateway accepts only connections with TLS",
                "Rule login.tls-required: nothing is accepted in clear.",
                "Connect with sslmode=require, or stricter.");
    }

    static Refusal tooManyFailures() {
        return new Refusal(
                ErrorCode.INVALID_AUTHORIZATION,
                "login.too-many-failures",
                "too many failed logins from this address",
                "Rule login.too-many-failures: the address is refused until some of them are forgotten.",
                "Wait a minute, then connect with the right password.");
    }

    static Refusal tooManyConnections() {
        return new Refusal(
                ErrorCode.TOO_MANY_CONNECTIONS,
                "limit.connections",
                "too many connections",
                "Rule limit.connections: the bound is set by limits in the gateway's configuration.",
                "Close connections that are no longer needed, or try again in a few seconds.");
    }

    static Refusal tooManySessions(int sessionsMax) {
        return new Refusal(
                ErrorCode.TOO_MANY_CONNECTIONS,
                "limit.agent-sessions",
                "this agent has too many sessions",
                "Rule limit.agent-sessions: at most %d at the same time.".formatted(sessionsMax),
                "Close sessions that are no longer needed, or use a smaller connection pool.");
    }

    static Refusal timeout(int millis) {
        return new Refusal(
                ErrorCode.QUERY_CANCELED,
                "login.timeout",
                "the login took too long",
                "Rule login.timeout: at most %d ms from the first byte to the proven password."
                        .formatted(millis),
                "Connect again, and answer without delay.");
    }

    static Refusal noUser() {
        return new Refusal(
                ErrorCode.INVALID_AUTHORIZATION,
                "login.no-user",
                "no user name in the start-up packet",
                "Rule login.no-user: an agent logs in by its name.",
                "Give the agent's name as the user.");
    }

    static Refusal replication() {
        return new Refusal(
                ErrorCode.INVALID_AUTHORIZATION,
                "login.replication",
                "replication connections are not served",
                "Rule login.replication: replication commands are no SQL and cannot be judged.",
                "Connect without the parameter replication.");
    }

    static Refusal setting(String name, String because) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "settings.pinned",
                "the setting \"" + name + "\" cannot be given in this way",
                "Rule settings.pinned: " + because + ".",
                "Connect without this setting.");
    }

    static Refusal options(ProtocolViolation violation) {
        return new Refusal(
                ErrorCode.SYNTAX_ERROR,
                "settings.options",
                "the start-up parameter options is not understood",
                "Rule settings.options: " + violation.getMessage() + ".",
                "Write options as -c name=value.");
    }

    static Refusal protocol(String what) {
        return new Refusal(
                ErrorCode.PROTOCOL_VIOLATION,
                "protocol.violation",
                "the client broke the protocol",
                "Rule protocol.violation: " + what + ".",
                "Connect with a client that speaks PostgreSQL's protocol 3.");
    }

    static Refusal defect() {
        return new Refusal(
                ErrorCode.INTERNAL_ERROR,
                "internal.defect",
                "the gateway failed and ended the connection",
                "Rule internal.defect: the cause is in the gateway's log.",
                "Connect again. If it persists, report it with the gateway's log.");
    }
}
