package dev.holdfast.server.composition;

import dev.holdfast.guard.policy.ColumnPattern;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.guard.policy.RelationPattern;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Relation;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/// Names in policies that no database has: allowed, because a table may come later, but most often
/// mistyped, and a restriction that is mistyped closes nothing.
final class PolicyNames {
    private PolicyNames() {}

    /// What to tell the operator; one line each.
    ///
    /// @param catalogs those that are known
    static Set<String> unmatched(PolicyFile file, Collection<CatalogSnapshot> catalogs) {
        Set<String> lines = new LinkedHashSet<>();
        if (catalogs.isEmpty()) {
            return lines;
        }
        for (PolicyDefinition policy : file.policies()) {
            Set<RelationPattern> patterns = new LinkedHashSet<>(policy.read());
            for (WriteGrant grant : policy.write()) {
                patterns.addAll(grant.relations());
            }
            for (Restriction restriction : policy.restricted()) {
                patterns.addAll(restriction.relations());
            }
            for (RelationPattern pattern : patterns) {
                if (!matches(pattern, catalogs)) {
                    lines.add(
                            "policy %s: no database has a relation %s"
                                    .formatted(policy.name(), pattern));
                }
            }
            policy.denyColumns().stream()
                    .filter(pattern -> !matchesColumn(pattern, catalogs))
                    .map(pattern ->
                            "policy %s: no database has a column %s"
                                    .formatted(policy.name(), pattern))
                    .forEach(lines::add);
        }
        return lines;
    }

    private static boolean matches(RelationPattern pattern, Collection<CatalogSnapshot> catalogs) {
        for (CatalogSnapshot catalog : catalogs) {
            for (Relation relation : catalog.relations()) {
                if (pattern.matches(relation.schema(), relation.name())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean matchesColumn(
            ColumnPattern pattern, Collection<CatalogSnapshot> catalogs) {
        for (CatalogSnapshot catalog : catalogs) {
            for (Relation relation : catalog.relations()) {
                for (Relation.Column column : relation.columns()) {
                    if (pattern.matches(relation.schema(), relation.name(), column.name())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
