package dev.holdfast.server.fault;

import java.util.Locale;

/// Who is killed, and when.
///
/// @param occurrence at which time that the step is met, from 0
record KillPoint(Step step, Moment moment, Victim victim, int occurrence) {

    /// When, within a step.
    enum Moment {
        /// Nothing of the message was passed on.
        BEFORE,
        /// Half of its bytes were.
        HALFWAY,
        /// All of it was, and nobody has waited for what comes of it.
        SENT,
        /// It was done, and whoever asked does not learn of it.
        DONE
    }

    /// Who.
    enum Victim {
        GATEWAY,
        /// The process of PostgreSQL that serves the connection: all others are made to end by it, and
        /// PostgreSQL recovers from its log.
        BACKEND,
        /// PostgreSQL's first process.
        POSTMASTER,
        /// Nobody: the connection is cut.
        CONNECTION
    }

    @Override
    public String toString() {
        return "step %d: %s, %s, %s, occurrence %d"
                .formatted(
                        step.number(),
                        step.name().toLowerCase(Locale.ROOT),
                        moment.name().toLowerCase(Locale.ROOT),
                        victim.name().toLowerCase(Locale.ROOT),
                        occurrence);
    }
}
