package dev.holdfast.server.config;

import dev.holdfast.guard.policy.ColumnPattern;
import dev.holdfast.guard.policy.Condition;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.Limits;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.guard.policy.RelationPattern;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Every key of a policy file, declared as in [Declarations].
final class PolicyDeclarations {
    private static final int PATTERNS_MAX = 10_000;
    private static final int COUNT_MAX = 1_000_000_000;

    private static final TextShape NAME_SHAPE =
            new TextShape(
                    Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"),
                    "a name of 1 to 63 letters, digits, _, . or -");
    private static final TextShape RULE_NAME_SHAPE =
            new TextShape(
                    Pattern.compile("[a-z0-9][a-z0-9-]{0,62}"),
                    "a name of 1 to 63 lower-case letters, digits and -");
    private static final TextShape SENTENCE =
            new TextShape(
                    Pattern.compile("[^\\p{Cntrl}]{1,500}"), "one line of 1 to 500 characters");
    private static final ListShape<RelationPattern> RELATIONS =
            new ListShape<>(
                    new ParsedShape<>(
                            RelationPattern::of,
                            "schema.name, where * stands for any characters of its part"),
                    0,
                    PATTERNS_MAX);
    private static final ListShape<RelationPattern> SOME_RELATIONS =
            new ListShape<>(RELATIONS.item(), 1, PATTERNS_MAX);
    private static final IntegerShape COUNT = new IntegerShape(1, COUNT_MAX);

    private PolicyDeclarations() {}

    static final Field<List<RelationPattern>> WRITE_RELATIONS =
            Field.required("relations", SOME_RELATIONS, "The relations whose rows may be changed.");
    static final Field<List<WriteGrant.Operation>> WRITE_OPERATIONS =
            Field.required(
                    "operations",
                    new ListShape<>(ChoiceShape.of(WriteGrant.Operation.class), 1, 3),
                    "How. MERGE, COPY FROM STDIN and ON CONFLICT DO UPDATE are what they do.");
    static final ObjectShape<WriteGrant> WRITE_GRANT =
            new ObjectShape<>(
                    "Relations that may be changed",
                    v -> new WriteGrant(v.of(WRITE_RELATIONS), Set.copyOf(v.of(WRITE_OPERATIONS))),
                    List.of(WRITE_RELATIONS, WRITE_OPERATIONS));

    static final Field<List<RelationPattern>> RESTRICTED_RELATIONS =
            Field.required("relations", SOME_RELATIONS, "The relations that are closed.");
    static final Field<Restriction.Access> RESTRICTED_ACCESS =
            Field.of(
                    "access",
                    ChoiceShape.of(Restriction.Access.class),
                    Restriction.Access.DENY,
                    "`deny`: nobody gets there. `challenge`: only on a person's word.");
    static final ObjectShape<Restriction> RESTRICTION =
            new ObjectShape<>(
                    "Relations that are closed, whatever grants them and by whatever way they are"
                            + " reached",
                    v -> new Restriction(v.of(RESTRICTED_RELATIONS), v.of(RESTRICTED_ACCESS)),
                    List.of(RESTRICTED_RELATIONS, RESTRICTED_ACCESS));

    static final Field<List<Holds.Kind>> HOLD_KINDS =
            Field.of(
                    "kinds",
                    new ListShape<>(ChoiceShape.of(Holds.Kind.class), 0, 4),
                    List.of(),
                    "Sorts of statements. `write`: changes of rows that are granted; `define`:"
                            + " CREATE and ALTER; `destroy`: DROP and TRUNCATE; `privilege`: GRANT,"
                            + " REVOKE, roles, owners. The last three are denied where they are not"
                            + " held.");
    static final Field<Boolean> HOLD_UNBOUNDED =
            Field.of(
                    "unbounded-writes",
                    new FlagShape(),
                    false,
                    "Whether updates and deletes that nothing bounds are held instead of denied.");
    static final Field<Boolean> HOLD_UNFORESEEABLE =
            Field.of(
                    "unforeseeable-writes",
                    new FlagShape(),
                    false,
                    "Whether writes that may change more than can be foreseen (a trigger in an"
                            + " untrusted language) are held instead of denied.");
    static final Field<Integer> HOLD_ROWS_OVER =
            Field.optional(
                    "rows-over",
                    COUNT,
                    "A write that changes more rows than this, by whatever way, is held.");
    static final ObjectShape<Holds> HOLD =
            new ObjectShape<>(
                    "What waits for a person",
                    v ->
                            new Holds(
                                    Set.copyOf(v.of(HOLD_KINDS)),
                                    v.of(HOLD_UNBOUNDED),
                                    v.of(HOLD_UNFORESEEABLE),
                                    count(v.orNull(HOLD_ROWS_OVER))),
                    List.of(HOLD_KINDS, HOLD_UNBOUNDED, HOLD_UNFORESEEABLE, HOLD_ROWS_OVER));

    static final Field<Integer> ROWS_PER_STATEMENT =
            Field.optional("rows-per-statement", COUNT, "Rows that one statement may change.");
    static final Field<Integer> ROWS_PER_TRANSACTION =
            Field.optional("rows-per-transaction", COUNT, "Rows that one transaction may change.");
    static final Field<Integer> ROWS_PER_HOUR =
            Field.optional("rows-per-hour", COUNT, "Rows that an agent may change in any hour.");
    static final Field<Integer> ROWS_PER_TASK =
            Field.optional("rows-per-task", COUNT, "Rows that an agent may change for one task.");
    static final Field<Integer> STATEMENTS_PER_MINUTE =
            Field.optional(
                    "statements-per-minute",
                    COUNT,
                    "Statements that an agent may send in any minute; further ones are denied.");
    static final Field<Integer> RESULT_ROWS =
            Field.optional("result-rows", COUNT, "Rows that one statement may return.");
    static final Field<Long> RESULT_BYTES =
            Field.optional(
                    "result-bytes",
                    QuantityShape.size(1 << 10, 1L << 40),
                    "Bytes of rows that one statement may return.");
    static final Field<Duration> STATEMENT_TIME =
            Field.optional(
                    "statement-time",
                    QuantityShape.duration(Duration.ofMillis(100), Duration.ofHours(24)),
                    "How long one statement may run; `limits.statement-timeout` of the gateway"
                            + " holds besides.");
    static final ObjectShape<Limits> LIMITS =
            new ObjectShape<>(
                    "Bounds, each without end where it is not given",
                    v ->
                            new Limits(
                                    count(v.orNull(ROWS_PER_STATEMENT)),
                                    count(v.orNull(ROWS_PER_TRANSACTION)),
                                    count(v.orNull(ROWS_PER_HOUR)),
                                    count(v.orNull(ROWS_PER_TASK)),
                                    count(v.orNull(STATEMENTS_PER_MINUTE)),
                                    count(v.orNull(RESULT_ROWS)),
                                    bytes(v.orNull(RESULT_BYTES)),
                                    time(v.orNull(STATEMENT_TIME))),
                    List.of(
                            ROWS_PER_STATEMENT,
                            ROWS_PER_TRANSACTION,
                            ROWS_PER_HOUR,
                            ROWS_PER_TASK,
                            STATEMENTS_PER_MINUTE,
                            RESULT_ROWS,
                            RESULT_BYTES,
                            STATEMENT_TIME));

    static final Field<String> RULE_NAME =
            Field.required(
                    "name",
                    RULE_NAME_SHAPE,
                    "Its name within the policy; errors call it `rule.NAME`.");
    static final Field<Condition> RULE_WHEN =
            Field.required(
                    "when",
                    new ParsedShape<>(Condition::of, "a condition in CEL"),
                    "The condition, in CEL: see below.");
    static final Field<CustomRule.Outcome> RULE_DECISION =
            Field.required(
                    "decision",
                    ChoiceShape.of(CustomRule.Outcome.class),
                    "What follows where the condition holds. `deny` and `hold` win over every"
                            + " grant; `allow` grants the relations that the statement touches, and"
                            + " nothing that is denied or held by another rule.");
    static final Field<String> RULE_MESSAGE =
            Field.of("message", SENTENCE, "", "What the agent is told was refused.");
    static final Field<String> RULE_HINT =
            Field.of("hint", SENTENCE, "", "What the agent is told to do next.");
    static final ObjectShape<CustomRule> RULE =
            new ObjectShape<>(
                    "A condition of the owner's own",
                    v ->
                            new CustomRule(
                                    v.of(RULE_NAME),
                                    v.of(RULE_WHEN),
                                    v.of(RULE_DECISION),
                                    v.of(RULE_MESSAGE),
                                    v.of(RULE_HINT)),
                    List.of(RULE_NAME, RULE_WHEN, RULE_DECISION, RULE_MESSAGE, RULE_HINT));

    static final Field<String> NAME =
            Field.required("name", NAME_SHAPE, "The name by which agents refer to it.");
    static final Field<Mode> MODE =
            Field.of(
                    "mode",
                    ChoiceShape.of(Mode.class),
                    Mode.ENFORCE,
                    "`enforce`: what is denied does not run. `observe`: what the built-in read-only"
                            + " policy allows runs all the same, and the record says what would have"
                            + " been decided. `shadow`: granted writes run, are measured and rolled"
                            + " back, and the agent is told so. `sandbox`: the agent's sessions are"
                            + " connected to the staging copies of its databases, and nothing runs"
                            + " anywhere else.");
    static final Field<List<RelationPattern>> READ =
            Field.of(
                    "read",
                    RELATIONS,
                    List.of(),
                    "Relations that a statement may read by name. What a granted view reads under"
                            + " it needs no grant. PostgreSQL's own catalogs are always granted.");
    static final Field<List<WriteGrant>> WRITE =
            Field.of(
                    "write",
                    new ListShape<>(WRITE_GRANT, 0, PATTERNS_MAX),
                    List.of(),
                    "Relations whose rows may be changed. Whatever a write changes besides, by"
                            + " cascades, triggers and rules, must be granted too.");
    static final Field<List<ColumnPattern>> DENY_COLUMNS =
            Field.of(
                    "deny-columns",
                    new ListShape<>(
                            new ParsedShape<>(
                                    ColumnPattern::of,
                                    "schema.relation.column, where * stands for any characters of"
                                            + " its part"),
                            0,
                            PATTERNS_MAX),
                    List.of(),
                    "Columns that may be neither read nor written: not in conditions, by `*`, whole"
                            + " rows, views or RETURNING either.");
    static final Field<List<Restriction>> RESTRICTED =
            Field.of(
                    "restricted",
                    new ListShape<>(RESTRICTION, 0, PATTERNS_MAX),
                    List.of(),
                    "Relations that are closed, whatever grants them.");
    static final Field<Holds> HOLD_FIELD =
            Field.of("hold", HOLD, Holds.NONE, "What waits for a person.");
    static final Field<Limits> LIMITS_FIELD =
            Field.of("limits", LIMITS, Limits.NONE, "What may not be exceeded.");
    static final Field<List<String>> FUNCTIONS =
            Field.of(
                    "functions",
                    new ListShape<>(
                            new ParsedShape<>(
                                    PolicyDefinition::functionName,
                                    "schema.name of a function, without arguments"),
                            0,
                            PATTERNS_MAX),
                    List.of(),
                    "Functions that may be called besides the built-in list, in all their forms."
                            + " Name only functions whose bodies you have read.");
    static final Field<List<String>> SETTINGS =
            Field.of(
                    "settings",
                    new ListShape<>(
                            new ParsedShape<>(
                                    PolicyDefinition::settingName,
                                    "a setting's name in lower case"),
                            0,
                            1_000),
                    List.of(),
                    "Settings that a session may change to any value besides the harmless ones."
                            + " Those on which the judgement rests can never be opened.");
    static final Field<List<CustomRule>> RULES =
            Field.of(
                    "rules", new ListShape<>(RULE, 0, 1_000), List.of(), "Conditions of your own.");
    static final ObjectShape<PolicyDefinition> POLICY =
            new ObjectShape<>(
                    "A policy",
                    v ->
                            new PolicyDefinition(
                                    v.of(NAME),
                                    v.of(MODE),
                                    v.of(READ),
                                    v.of(WRITE),
                                    v.of(DENY_COLUMNS),
                                    v.of(RESTRICTED),
                                    v.of(HOLD_FIELD),
                                    v.of(LIMITS_FIELD),
                                    Set.copyOf(v.of(FUNCTIONS)),
                                    Set.copyOf(v.of(SETTINGS)),
                                    v.of(RULES),
                                    v.of(ApprovalDeclarations.APPROVAL_FIELD)),
                    List.of(
                            NAME,
                            MODE,
                            READ,
                            WRITE,
                            DENY_COLUMNS,
                            RESTRICTED,
                            HOLD_FIELD,
                            LIMITS_FIELD,
                            FUNCTIONS,
                            SETTINGS,
                            RULES,
                            ApprovalDeclarations.APPROVAL_FIELD));

    static final Field<List<PolicyDefinition>> POLICIES =
            Field.required("policies", new ListShape<>(POLICY, 0, 1_000), "The policies.");

    /// The document.
    static final ObjectShape<PolicyFile> DOCUMENT =
            new ObjectShape<>(
                    "A policy file", v -> new PolicyFile(v.of(POLICIES)), List.of(POLICIES));

    private static long count(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    private static long bytes(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private static Duration time(@Nullable Duration value) {
        return value == null ? Duration.ZERO : value;
    }
}
