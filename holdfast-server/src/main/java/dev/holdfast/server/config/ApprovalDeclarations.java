package dev.holdfast.server.config;

import dev.holdfast.guard.policy.ApprovalRules;
import dev.holdfast.guard.policy.ApprovalRules.Automatic;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.RelationPattern;
import dev.holdfast.server.config.HoldfastConfiguration.Approvals;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// How long approvals wait, in `holdfast.yaml`, and who gives them, in a policy: declared as in
/// [Declarations].
final class ApprovalDeclarations {
    private static final int ROWS_MAX = 1_000_000_000;

    private ApprovalDeclarations() {}

    static final Field<Duration> WAIT =
            Field.of(
                    "wait",
                    QuantityShape.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    Duration.ofSeconds(45),
                    "How long the session of an agent waits for a person. After that the agent gets"
                            + " an error that tells it to run the same statement again once it is"
                            + " approved; 0s gives that error at once.");
    static final Field<Duration> DECIDE_WITHIN =
            Field.of(
                    "decide-within",
                    QuantityShape.duration(Duration.ofSeconds(1), Duration.ofDays(7)),
                    Duration.ofMinutes(30),
                    "How long people have to decide; then the statement has to be sent anew. For as"
                            + " long a rejected statement is rejected again without asking anyone.");
    static final Field<Duration> USE_WITHIN =
            Field.of(
                    "use-within",
                    QuantityShape.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
                    Duration.ofMinutes(15),
                    "How long an approved statement may be run, once.");
    static final Field<Integer> WAITING_MAX =
            Field.of(
                    "waiting-max",
                    new IntegerShape(1, 1_000),
                    20,
                    "How many statements of one agent may wait for people at once; more are refused"
                            + " without asking anyone.");
    static final ObjectShape<Approvals> APPROVALS =
            new ObjectShape<>(
                    "What waits for people",
                    v ->
                            new Approvals(
                                    v.of(WAIT),
                                    v.of(DECIDE_WITHIN),
                                    v.of(USE_WITHIN),
                                    v.of(WAITING_MAX)),
                    List.of(WAIT, DECIDE_WITHIN, USE_WITHIN, WAITING_MAX));
    static final Field<Approvals> APPROVALS_FIELD =
            Field.of(
                    "approvals",
                    APPROVALS,
                    APPROVALS.construct().apply(APPROVALS.defaults()),
                    "How long things wait for people.");

    // ---- in a policy

    static final Field<List<String>> PEOPLE =
            Field.of(
                    "people",
                    new ListShape<>(
                            new TextShape(
                                    Pattern.compile("[^\\p{Cntrl}]{1,63}"), "a person's name"),
                            0,
                            1_000),
                    List.of(),
                    "Who may approve what this policy holds; empty for everyone with the role"
                            + " `reviewer`.");
    static final Field<List<Holds.Kind>> FOUR_EYES_KINDS =
            Field.of(
                    "kinds",
                    new ListShape<>(
                            ChoiceShape.of(Holds.Kind.class), 0, Holds.Kind.values().length),
                    List.of(Holds.Kind.DESTROY),
                    "Sorts of statements that two people have to approve.");
    static final Field<Integer> FOUR_EYES_ROWS_OVER =
            Field.of(
                    "rows-over",
                    new IntegerShape(0, ROWS_MAX),
                    0,
                    "What changes more rows needs two people; 0 for never.");

    /// Two people.
    record FourEyes(Set<Holds.Kind> kinds, long rowsOver) {
        FourEyes {
            kinds = Set.copyOf(kinds);
        }
    }

    static final ObjectShape<FourEyes> FOUR_EYES =
            new ObjectShape<>(
                    "What needs two people",
                    v -> new FourEyes(Set.copyOf(v.of(FOUR_EYES_KINDS)), v.of(FOUR_EYES_ROWS_OVER)),
                    List.of(FOUR_EYES_KINDS, FOUR_EYES_ROWS_OVER));
    static final Field<FourEyes> FOUR_EYES_FIELD =
            Field.of(
                    "four-eyes",
                    FOUR_EYES,
                    FOUR_EYES.construct().apply(FOUR_EYES.defaults()),
                    "What two people have to approve.");
    static final Field<List<RelationPattern>> AUTOMATIC_RELATIONS =
            Field.required(
                    "relations",
                    new ListShape<>(
                            new ParsedShape<>(
                                    RelationPattern::of,
                                    "schema.relation, where * stands for any characters of its"
                                            + " part"),
                            1,
                            1_000),
                    "Every table of which rows change, by whatever way, has to be one of these.");
    static final Field<Integer> AUTOMATIC_ROWS =
            Field.required(
                    "rows",
                    new IntegerShape(1, ROWS_MAX),
                    "How many rows may change, of all tables together.");
    static final ObjectShape<Automatic> AUTOMATIC =
            new ObjectShape<>(
                    "A change of rows that needs nobody's word although it is held",
                    v -> new Automatic(v.of(AUTOMATIC_RELATIONS), v.of(AUTOMATIC_ROWS)),
                    List.of(AUTOMATIC_RELATIONS, AUTOMATIC_ROWS));
    static final Field<List<Automatic>> AUTOMATIC_FIELD =
            Field.of(
                    "automatic",
                    new ListShape<>(AUTOMATIC, 0, 100),
                    List.of(),
                    "Changes of rows that are approved without anyone, once they are measured. What"
                            + " destroys objects never is.");
    static final ObjectShape<ApprovalRules> APPROVAL =
            new ObjectShape<>(
                    "Who has to approve what is held",
                    v ->
                            new ApprovalRules(
                                    Set.copyOf(v.of(PEOPLE)),
                                    v.of(FOUR_EYES_FIELD).kinds(),
                                    v.of(FOUR_EYES_FIELD).rowsOver(),
                                    v.of(AUTOMATIC_FIELD)),
                    List.of(PEOPLE, FOUR_EYES_FIELD, AUTOMATIC_FIELD));
    static final Field<ApprovalRules> APPROVAL_FIELD =
            Field.of(
                    "approval",
                    APPROVAL,
                    APPROVAL.construct().apply(APPROVAL.defaults()),
                    "Who has to approve what is held.");
}
