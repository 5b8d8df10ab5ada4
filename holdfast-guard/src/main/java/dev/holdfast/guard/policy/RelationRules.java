package dev.holdfast.guard.policy;

import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a policy says about one relation, worked out once.
///
/// @param readBy what grants reading it by name; null where nothing does
/// @param writes how its rows may be changed
/// @param closed the pattern that closes it; null where none does
/// @param challenged the pattern that closes it but for a person's word; null where none does
/// @param deniedColumns the patterns that may mean columns of it
/// @param reveals whether it shows values of rows, or credentials, that the policy keeps closed
record RelationRules(
        RelationName name,
        @Nullable String readBy,
        Set<WriteGrant.Operation> writes,
        @Nullable RelationPattern closed,
        @Nullable RelationPattern challenged,
        List<ColumnPattern> deniedColumns,
        boolean reveals) {

    /// The planner's statistics: samples of real values, of every column that the role may read.
    private static final Set<String> STATISTICS =
            Set.of(
                    "pg_statistic",
                    "pg_stats",
                    "pg_statistic_ext_data",
                    "pg_stats_ext",
                    "pg_stats_ext_exprs");

    /// Passwords and their hashes, connection strings, rows of large objects, settings of the server's
    /// files. An ordinary role may read none of them or only masked ones.
    private static final Set<String> CREDENTIALS =
            Set.of(
                    "pg_authid",
                    "pg_shadow",
                    "pg_user_mapping",
                    "pg_user_mappings",
                    "user_mapping_options",
                    "pg_subscription",
                    "pg_largeobject",
                    "pg_file_settings",
                    "pg_hba_file_rules",
                    "pg_ident_file_mappings");

    /// What a catalog needs no grant for, written where a grant's pattern would stand.
    private static final String CATALOG = "PostgreSQL's own catalogs";

    static RelationRules of(PolicyDefinition policy, String relation) {
        RelationName name = RelationName.of(relation);
        boolean toast = name.schema().startsWith("pg_toast");
        boolean reveals = toast || reveals(policy, name);
        List<ColumnPattern> denied = new ArrayList<>(0);
        for (ColumnPattern pattern : policy.denyColumns()) {
            if (pattern.mayConcern(name)) {
                denied.add(pattern);
            }
        }
        return new RelationRules(
                name,
                name.system() && !toast ? CATALOG : grant(policy.read(), name),
                writes(policy, name),
                restriction(policy, name, Restriction.Access.DENY),
                restriction(policy, name, Restriction.Access.CHALLENGE),
                List.copyOf(denied),
                reveals);
    }

    private static @Nullable String grant(List<RelationPattern> patterns, RelationName name) {
        for (RelationPattern pattern : patterns) {
            if (pattern.matches(name)) {
                return pattern.toString();
            }
        }
        return null;
    }

    private static Set<WriteGrant.Operation> writes(PolicyDefinition policy, RelationName name) {
        Set<WriteGrant.Operation> writes = EnumSet.noneOf(WriteGrant.Operation.class);
        for (WriteGrant grant : policy.write()) {
            // Not even where it is written out: what stands in a system schema is PostgreSQL's.
            if (!name.system() && grant(grant.relations(), name) != null) {
                writes.addAll(grant.operations());
            }
        }
        return writes;
    }

    private static @Nullable RelationPattern restriction(
            PolicyDefinition policy, RelationName name, Restriction.Access access) {
        for (Restriction restriction : policy.restricted()) {
            for (RelationPattern pattern : restriction.relations()) {
                if (restriction.access() == access && pattern.mayMatch(name)) {
                    return pattern;
                }
            }
        }
        return null;
    }

    /// Statistics are open only to who may read everything anyway.
    private static boolean reveals(PolicyDefinition policy, RelationName name) {
        if (!name.schema().isEmpty() && !name.system()) {
            return false;
        }
        boolean everything =
                policy.denyColumns().isEmpty()
                        && policy.restricted().isEmpty()
                        && policy.read().stream().anyMatch(RelationPattern::everything);
        return CREDENTIALS.contains(name.name())
                || (STATISTICS.contains(name.name()) && !everything);
    }

    /// The first column that a statement must not touch; null where there is none.
    ///
    /// @param columns the columns that it touches
    @Nullable String deniedOf(Set<String> columns) {
        String first = null;
        for (String column : columns) {
            for (ColumnPattern pattern : deniedColumns) {
                // The smallest, so that it does not depend on the set's order.
                if (pattern.matchesColumn(column)
                        && (first == null || column.compareTo(first) < 0)) {
                    first = column;
                }
            }
        }
        return first;
    }
}
