package dev.holdfast.guard.policy;

import java.util.List;
import java.util.Set;

/// Who has to approve what a policy holds.
///
/// @param people names of those who may; empty for everyone who may approve at all
/// @param fourEyesKinds sorts of statements that two people have to approve
/// @param fourEyesRowsOver a statement that changes more rows needs two people; 0 for never
/// @param automatic what needs nobody
public record ApprovalRules(
        Set<String> people,
        Set<PolicyDefinition.Holds.Kind> fourEyesKinds,
        long fourEyesRowsOver,
        List<Automatic> automatic) {

    /// One person for everything that changes rows, two for what destroys objects.
    public static final ApprovalRules DEFAULT =
            new ApprovalRules(Set.of(), Set.of(PolicyDefinition.Holds.Kind.DESTROY), 0, List.of());

    public ApprovalRules {
        people = Set.copyOf(people);
        fourEyesKinds = Set.copyOf(fourEyesKinds);
        automatic = List.copyOf(automatic);
    }

    /// Changes that need nobody's word, although they are held.
    ///
    /// @param relations the tables; every table of which rows change, by whatever way, must be one
    /// @param rows how many rows of all tables together may change, 1 or more
    public record Automatic(List<RelationPattern> relations, long rows) {
        public Automatic {
            relations = List.copyOf(relations);
            if (rows < 1 || relations.isEmpty()) {
                throw new IllegalArgumentException(
                        "automatic: %d rows of %d patterns (expected: >= 1 of both)"
                                .formatted(rows, relations.size()));
            }
        }
    }

    /// How many people have to approve.
    ///
    /// @param destroys whether objects are dropped or emptied
    /// @param rows how many rows change
    public int peopleNeeded(boolean destroys, long rows) {
        PolicyDefinition.Holds.Kind kind =
                destroys ? PolicyDefinition.Holds.Kind.DESTROY : PolicyDefinition.Holds.Kind.WRITE;
        boolean many = fourEyesRowsOver > 0 && rows > fourEyesRowsOver;
        return fourEyesKinds.contains(kind) || many ? 2 : 1;
    }

    /// Whether somebody's word counts.
    public boolean mayApprove(String person) {
        return people.isEmpty() || people.contains(person);
    }

    /// Whether a change of rows needs nobody.
    ///
    /// @param tables the tables of which rows change, `schema.name`, quoted where SQL needs it; at least
    ///     one
    /// @param rows how many rows of all together
    public boolean isAutomatic(List<String> tables, long rows) {
        return !tables.isEmpty()
                && automatic.stream()
                        .anyMatch(rule ->
                                rows <= rule.rows()
                                        && tables.stream().allMatch(table -> matches(rule, table)));
    }

    private static boolean matches(Automatic rule, String table) {
        RelationName name = RelationName.of(table);
        return rule.relations().stream().anyMatch(pattern -> pattern.matches(name));
    }
}
