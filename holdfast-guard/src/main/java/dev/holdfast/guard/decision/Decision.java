package dev.holdfast.guard.decision;

import org.jspecify.annotations.Nullable;

/// What is decided about a query string.
public sealed interface Decision {

    /// What the agent is told; null where it may run.
    @Nullable Refusal refusal();

    /// It may run, as the obligations say.
    ///
    /// @param rule the rules that allowed it, separated by `, `
    record Allow(String rule, Obligations obligations) implements Decision {
        public Allow(String rule) {
            this(rule, Obligations.NONE);
        }

        @Override
        public @Nullable Refusal refusal() {
            return null;
        }
    }

    /// It does not run.
    record Deny(Refusal refusal) implements Decision {}

    /// It does not run before a person has approved it.
    ///
    /// @param refusal what the agent is told as long as nobody has
    /// @param kind how it runs once it is approved
    /// @param obligations what is owed then
    record Hold(Refusal refusal, Kind kind, Obligations obligations) implements Decision {
        /// How something that is held runs once it is approved.
        public enum Kind {
            /// It reads: as any read.
            READ,
            /// It changes rows: measured, kept, no further than approved.
            ROWS,
            /// It destroys objects or empties them: by Holdfast's own hand, so that it can be put back.
            DESTROY,
            /// It cannot run here, whoever approves it: a person has to do it.
            NOT_HERE
        }
    }
}
