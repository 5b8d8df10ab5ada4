package dev.holdfast.server.access;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;

/// What agents are told whose access has ended.
final class AccessRefusals {
    private AccessRefusals() {}

    static Refusal stopped(ErrorCode code) {
        return new Refusal(
                code,
                "access.stopped",
                "a person has stopped all work here",
                "Rule access.stopped: nobody works in this database until the stop is lifted.",
                "Do not try again in a loop. Wait until a person says that work goes on.");
    }

    static Refusal sessionEnded() {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "session.ended",
                "a person ended this session",
                "",
                "Ask the people who operate this gateway before you connect again.");
    }

    static Refusal disabled() {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "access.agent-disabled",
                "this agent has been disabled",
                "Rule access.agent-disabled: a person has taken its access away.",
                "Stop working, and tell whoever gave you the task.");
    }

    static Refusal ended(ErrorCode code) {
        return new Refusal(
                code,
                "access.grant-ended",
                "this grant has ended",
                "Rule access.grant-ended: it was taken back, or its time is over.",
                "Ask a person for new access, and say for which task.");
    }

    static Refusal unconfirmed(ErrorCode code) {
        return new Refusal(
                code,
                "access.unconfirmed",
                "whether this grant is still in force cannot be found out",
                "Rule access.unconfirmed: the gateway cannot reach its control store.",
                "Try again in a few minutes. If it persists, the operator finds the cause in the"
                        + " gateway's log.");
    }
}
