package dev.holdfast.guard.policy;

import java.time.InstantSource;

/// What the rules of a policy may ask, and whom they tell when they cannot be evaluated.
///
/// @param clock the time
/// @param history what agents did lately
/// @param alarm who is told
public record RuleSurroundings(InstantSource clock, History history, Alarm alarm) {

    /// What an agent did lately. Asked on event loops: answers at once.
    public interface History {
        /// Nothing was done.
        History NONE =
                new History() {
                    @Override
                    public long statementsLastMinute(String agent) {
                        return 0;
                    }

                    @Override
                    public long refusalsLastMinute(String agent) {
                        return 0;
                    }
                };

        /// Statements on record within the last 60 seconds, refused ones included.
        long statementsLastMinute(String agent);

        /// Statements that were refused within the last 60 seconds.
        long refusalsLastMinute(String agent);
    }

    /// Who is told that a rule could not be evaluated. Called on event loops: waits for nothing.
    @FunctionalInterface
    public interface Alarm {
        /// Tells it. The statement is refused.
        ///
        /// @param reason what happened; no literal of a statement
        void ruleFailed(String policy, String rule, String reason);
    }

    /// For looking at a policy by itself: the time of day, no history, nobody to tell.
    public static RuleSurroundings none() {
        return new RuleSurroundings(InstantSource.system(), History.NONE, (_, _, _) -> {});
    }
}
