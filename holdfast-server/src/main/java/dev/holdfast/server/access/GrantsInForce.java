package dev.holdfast.server.access;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import org.jspecify.annotations.Nullable;

/// Which grants are in force. Answers from memory.
public interface GrantsInForce {
    /// A grant in force; null where it is not.
    @Nullable Grant grant(String id);

    /// The name of the policy under which an agent's grants stand; null where there is no such agent.
    @Nullable String basePolicy(String agent);

    /// What a statement under a grant is told that is not in force any more, until its session has ended.
    static Refusal ended() {
        return AccessRefusals.ended(ErrorCode.INSUFFICIENT_PRIVILEGE);
    }

    /// Where nothing is granted.
    GrantsInForce NONE =
            new GrantsInForce() {
                @Override
                public @Nullable Grant grant(String id) {
                    return null;
                }

                @Override
                public @Nullable String basePolicy(String agent) {
                    return null;
                }
            };
}
