package dev.holdfast.server.fault;

import dev.holdfast.server.fault.KillPoint.Moment;
import java.util.List;
import java.util.Locale;

/// Where in the way of a write it can be hit; the numbers are those of the architecture.
enum Step {
    /// The agent's statement is on its way to the gateway.
    DECIDE(1),
    /// The counters are flushed.
    FLUSH(2),
    /// The transaction becomes READ WRITE.
    BEGIN(2),
    /// The agent's statement.
    STATEMENT(3),
    /// Deferred constraints are settled.
    SETTLE(4),
    /// The counters are read.
    MEASURE(4),
    /// The twin reads the rows as they were.
    TWIN_IMAGES(5),
    /// The writer is asked what it sees.
    WRITER_IMAGES(5),
    /// A file of the journal appears or grows.
    JOURNAL(6),
    /// The record grows after the journal did.
    RECORD(6),
    /// COMMIT.
    COMMIT(7),
    /// The agent is told.
    ANSWER(8);

    private final int number;

    Step(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /// Whether it is recognised by what passes between client and gateway.
    boolean atTheClient() {
        return this == DECIDE || this == ANSWER;
    }

    /// Whether it is recognised by files.
    boolean inFiles() {
        return this == JOURNAL || this == RECORD;
    }

    /// When it can be hit.
    List<Moment> moments() {
        if (inFiles()) {
            return List.of(Moment.SENT);
        }
        return atTheClient()
                ? List.of(Moment.BEFORE, Moment.HALFWAY, Moment.SENT)
                : List.of(Moment.values());
    }

    /// Whether a statement between the gateway and PostgreSQL is this step.
    ///
    /// @param agent whether it is on a connection of the agent's role
    boolean isIt(String text, boolean agent) {
        String upper = text.toUpperCase(Locale.ROOT).strip();
        boolean copies = upper.startsWith("COPY");
        return switch (this) {
            case FLUSH -> upper.contains("PG_STAT_FORCE_NEXT_FLUSH");
            case BEGIN -> agent && upper.contains("READ WRITE");
            case STATEMENT -> agent && isWorkloadWrite(upper);
            case SETTLE -> upper.startsWith("SET CONSTRAINTS");
            case MEASURE -> upper.contains("PG_STAT_GET_XACT_TUPLES");
            case TWIN_IMAGES -> !agent && copies;
            case WRITER_IMAGES -> agent && (copies || upper.contains("CTID"));
            case COMMIT -> agent && upper.equals("COMMIT");
            case DECIDE, JOURNAL, RECORD, ANSWER -> false;
        };
    }

    static boolean isWorkloadWrite(String text) {
        String upper = text.toUpperCase(Locale.ROOT).strip();
        return upper.startsWith("WITH MARKED")
                || upper.startsWith("INSERT")
                || upper.startsWith("UPDATE")
                || upper.startsWith("DELETE");
    }
}
