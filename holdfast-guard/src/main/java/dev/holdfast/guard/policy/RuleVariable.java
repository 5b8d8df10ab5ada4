package dev.holdfast.guard.policy;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.Arrays;
import java.util.List;

/// What a rule's condition can speak of. The ids are part of the interface: policies are written with
/// them.
public enum RuleVariable {
    AGENT("principal.agent", SimpleType.STRING, true, "the agent's name"),
    DATABASE("principal.database", SimpleType.STRING, true, "the database, as agents name it"),
    POLICY("principal.policy", SimpleType.STRING, true, "the policy's name"),
    TASK(
            "principal.task",
            SimpleType.STRING,
            true,
            "the task that the agent works on; empty for now"),
    JUSTIFICATION(
            "principal.justification",
            SimpleType.STRING,
            true,
            "what the agent gives as its reason; empty for now"),
    KIND(
            "effects.kind",
            SimpleType.STRING,
            true,
            "the gravest thing that the statement does: `READ`, `TRANSACTION`, `SESSION`, `EXPORT`,"
                    + " `LOCK`, `WRITE`, `DEFINE`, `DESTROY`, `PRIVILEGE`, …"),
    COMMAND("effects.command", SimpleType.STRING, true, "the statement: `SELECT`, `DROP TABLE`"),
    READS(
            "effects.reads",
            Types.STRINGS,
            true,
            "the relations that are read, by whatever way: `public.orders`"),
    WRITES(
            "effects.writes",
            Types.STRINGS,
            true,
            "the relations that are changed, emptied or dropped, by whatever way"),
    RELATIONS("effects.relations", Types.STRINGS, true, "all relations that are touched"),
    COLUMNS(
            "effects.columns",
            Types.STRINGS,
            true,
            "the columns that are touched: `public.orders.total`; `public.orders.*` where every"
                    + " column may be meant"),
    FUNCTIONS(
            "effects.functions", Types.STRINGS, true, "the functions that are called, as written"),
    UNBOUNDED(
            "effects.unbounded",
            SimpleType.BOOL,
            true,
            "whether an update or delete has no condition that is sure to keep rows out"),
    UNFORESEEABLE(
            "effects.unforeseeable",
            SimpleType.BOOL,
            true,
            "whether more may happen than the lists say"),
    HOUR("time.hour", SimpleType.INT, false, "the hour in UTC, 0 to 23"),
    MINUTE("time.minute", SimpleType.INT, false, "the minute, 0 to 59"),
    DAY_OF_WEEK("time.day_of_week", SimpleType.INT, false, "the day in UTC, 1 (Monday) to 7"),
    UTC("time.utc", SimpleType.TIMESTAMP, false, "the moment, to compare with `timestamp(…)`"),
    STATEMENTS_LAST_MINUTE(
            "history.statements_last_minute",
            SimpleType.INT,
            false,
            "statements of the agent on record within the last 60 seconds, refused ones included"),
    REFUSALS_LAST_MINUTE(
            "history.refusals_last_minute",
            SimpleType.INT,
            false,
            "statements of the agent that were refused within the last 60 seconds");

    /// Constants of an enum cannot use its own static fields.
    private static final class Types {
        static final CelType STRINGS = ListType.create(SimpleType.STRING);
    }

    private static final List<RuleVariable> ALL = List.of(values());

    private final String id;
    private final CelType type;
    private final boolean steady;
    private final String meaning;

    RuleVariable(String id, CelType type, boolean steady, String meaning) {
        this.id = id;
        this.type = type;
        this.steady = steady;
        this.meaning = meaning;
    }

    /// As conditions name it.
    public String id() {
        return id;
    }

    /// For the reference.
    public String meaning() {
        return meaning;
    }

    /// Its type, as CEL names it.
    public String typeName() {
        return type.equals(Types.STRINGS) ? "list of string" : type.name();
    }

    CelType type() {
        return type;
    }

    /// Whether what a name in a condition stands for is the same whenever the same agent sends the same
    /// statement. Names of functions and of a condition's own variables are.
    static boolean isSteady(String name) {
        return ALL.stream().noneMatch(variable -> variable.id.equals(name) && !variable.steady);
    }

    /// The variable of a name.
    ///
    /// @throws IllegalArgumentException if there is none
    static RuleVariable of(String name) {
        return Arrays.stream(values())
                .filter(variable -> variable.id.equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(name + " (expected: a rule variable)"));
    }
}
