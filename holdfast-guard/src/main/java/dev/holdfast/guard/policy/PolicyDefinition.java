package dev.holdfast.guard.policy;

import dev.holdfast.sql.analysis.SessionSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// What one policy says, as `docs/reference/policy.md` explains it. The order of lists is without
/// meaning: every part that applies is looked at, deny wins over hold over allow, and what nothing
/// grants is denied.
///
/// @param name by which agents refer to it
/// @param mode what a decision means
/// @param read the relations that may be named for reading
/// @param write the relations that may be changed, by operation
/// @param denyColumns columns that may be neither read nor written, whatever way they are reached
/// @param restricted relations that may not be reached by any way, or only on a person's word
/// @param hold what waits for a person instead of being denied or allowed
/// @param limits what no statement, transaction, hour or task may exceed
/// @param functions functions that may be called besides the built-in list, as `schema.name`
/// @param settings settings that a session may change besides the harmless ones; lower case
/// @param rules conditions of the owner's own
/// @param approval who has to approve what is held
public record PolicyDefinition(
        String name,
        Mode mode,
        List<RelationPattern> read,
        List<WriteGrant> write,
        List<ColumnPattern> denyColumns,
        List<Restriction> restricted,
        Holds hold,
        Limits limits,
        Set<String> functions,
        Set<String> settings,
        List<CustomRule> rules,
        ApprovalRules approval) {

    public PolicyDefinition {
        read = List.copyOf(read);
        write = List.copyOf(write);
        denyColumns = List.copyOf(denyColumns);
        restricted = List.copyOf(restricted);
        functions = Set.copyOf(functions);
        settings = Set.copyOf(settings);
        rules = List.copyOf(rules);
    }

    /// A policy that grants nothing, to begin from.
    public static PolicyDefinition named(String name) {
        return new PolicyDefinition(
                name,
                Mode.ENFORCE,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Holds.NONE,
                Limits.NONE,
                Set.of(),
                Set.of(),
                List.of(),
                ApprovalRules.DEFAULT);
    }

    /// The same text for policies that say the same, whatever their order, over restarts too.
    String fingerprint() {
        List<String> said = new ArrayList<>();
        said.add("name " + name);
        said.add("mode " + mode);
        read.forEach(pattern -> said.add("read " + pattern));
        for (WriteGrant grant : write) {
            grant.operations()
                    .forEach(operation ->
                            grant.relations()
                                    .forEach(pattern -> said.add("write " + operation + pattern)));
        }
        denyColumns.forEach(pattern -> said.add("column " + pattern));
        for (Restriction restriction : restricted) {
            restriction
                    .relations()
                    .forEach(pattern -> said.add("closed " + restriction.access() + pattern));
        }
        hold.kinds().forEach(kind -> said.add("hold " + kind));
        said.add("hold " + hold.unboundedWrites() + hold.unforeseeableWrites() + hold.rowsOver());
        said.add("limits " + limits);
        functions.forEach(function -> said.add("function " + function));
        settings.forEach(setting -> said.add("setting " + setting));
        for (CustomRule rule : rules) {
            said.add("rule " + rule.name() + rule.decision() + rule.when());
        }
        approval.people().forEach(person -> said.add("approved by " + person));
        approval.fourEyesKinds().forEach(kind -> said.add("four eyes " + kind));
        said.add("four eyes " + approval.fourEyesRowsOver());
        approval.automatic().forEach(rule -> said.add("automatic " + rule));
        Collections.sort(said);
        return String.join("\n", said);
    }

    /// Reads the name of a function: `schema.name`, parts in double quotes where SQL needs them.
    ///
    /// @return the name without quotes, as [#functions] holds it
    /// @throws IllegalArgumentException with what is wrong and what is expected
    public static String functionName(String text) {
        String expectation = "schema.name of a function, without arguments";
        List<NamePattern> parts = DottedText.patterns(text, 2, expectation);
        if (!parts.get(0).literal() || !parts.get(1).literal()) {
            throw new IllegalArgumentException(text + ": a star (expected: " + expectation + ")");
        }
        List<String> names = DottedText.names(text);
        if (names.stream().anyMatch(name -> name.contains("."))) {
            throw new IllegalArgumentException(
                    text + ": a dot within a part (expected: " + expectation + ")");
        }
        return String.join(".", names);
    }

    /// Reads the name of a setting that a policy may open.
    ///
    /// @throws IllegalArgumentException with what is wrong and what is expected
    public static String settingName(String text) {
        if (!SessionSettings.openable(text)) {
            throw new IllegalArgumentException(
                    text
                            + ": cannot be opened (expected: a setting of the server's resources"
                            + " such as work_mem, or one with a dot in its name, in lower case)");
        }
        return text;
    }

    /// What a decision means.
    public enum Mode {
        /// What is denied does not run.
        ENFORCE,
        /// What the built-in read-only policy would allow runs all the same; the record says what would
        /// have been decided.
        OBSERVE,
        /// What is granted and writes runs, is measured and rolled back, and the agent is told so.
        SHADOW,
        /// The agent works on staging copies of its databases, and nowhere else.
        SANDBOX
    }

    /// Relations that may be changed.
    public record WriteGrant(List<RelationPattern> relations, Set<Operation> operations) {
        /// How rows may be changed. MERGE and ON CONFLICT are what they do: insert, update, delete.
        public enum Operation {
            INSERT,
            UPDATE,
            DELETE
        }

        public WriteGrant {
            relations = List.copyOf(relations);
            operations = Set.copyOf(operations);
        }
    }

    /// Relations that are closed, whatever grants them and by whatever way they are reached.
    public record Restriction(List<RelationPattern> relations, Access access) {
        /// How closed they are.
        public enum Access {
            /// Nobody gets there.
            DENY,
            /// Only on a person's word.
            CHALLENGE
        }

        public Restriction {
            relations = List.copyOf(relations);
        }
    }

    /// What waits for a person.
    ///
    /// @param kinds what sorts of statements
    /// @param unboundedWrites whether updates and deletes that nothing bounds wait instead of being
    ///     denied
    /// @param unforeseeableWrites whether writes that may do more than can be foreseen wait instead of
    ///     being denied
    /// @param rowsOver a write that changes more rows waits; 0 for never
    public record Holds(
            Set<Kind> kinds, boolean unboundedWrites, boolean unforeseeableWrites, long rowsOver) {
        /// Sorts of statements that can be held.
        public enum Kind {
            /// Changes of rows.
            WRITE,
            /// CREATE and ALTER.
            DEFINE,
            /// DROP and TRUNCATE.
            DESTROY,
            /// GRANT, REVOKE, roles, owners, row-security policies.
            PRIVILEGE
        }

        /// Nothing waits.
        public static final Holds NONE = new Holds(Set.of(), false, false, 0);

        public Holds {
            kinds = Set.copyOf(kinds);
        }
    }

    /// Bounds; 0 and [Duration#ZERO] for none.
    ///
    /// @param rowsPerStatement rows that one statement may change, by whatever way
    /// @param rowsPerTransaction rows that one transaction may change
    /// @param rowsPerHour rows that the agent may change in any 60 minutes
    /// @param rowsPerTask rows that the agent may change for one task
    /// @param statementsPerMinute statements that the agent may send in any 60 seconds
    /// @param resultRows rows that one statement may return
    /// @param resultBytes bytes of rows that one statement may return
    /// @param statementTime how long one statement may run
    public record Limits(
            long rowsPerStatement,
            long rowsPerTransaction,
            long rowsPerHour,
            long rowsPerTask,
            long statementsPerMinute,
            long resultRows,
            long resultBytes,
            Duration statementTime) {
        /// No bounds of the policy's own; those of the gateway hold.
        public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0, 0, Duration.ZERO);
    }

    /// A condition and what follows where it holds.
    ///
    /// @param name a name of its own within the policy; the rule's id is `rule.` and this
    /// @param when the condition
    /// @param decision what follows
    /// @param message what the agent is told was refused; empty for a general sentence
    /// @param hint what the agent is told to do next; empty for a general sentence
    public record CustomRule(
            String name, Condition when, Outcome decision, String message, String hint) {
        /// What follows where the condition holds.
        public enum Outcome {
            /// It does not run, whatever else allows it.
            DENY,
            /// It waits for a person.
            HOLD,
            /// The relations that it names count as granted.
            ALLOW
        }
    }
}
