package dev.holdfast.server.explain;

import dev.holdfast.guard.policy.ColumnPattern;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.RelationPattern;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Relation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What in a policy is well-formed and yet probably not meant: patterns that match nothing, grants that a
/// restriction takes back, policies that nobody has.
public final class PolicyWarnings {
    private final String policy;
    private final List<CatalogSnapshot> catalogs;
    private final String where;
    private final List<String> warnings = new ArrayList<>();

    private PolicyWarnings(String policy, List<CatalogSnapshot> catalogs, String where) {
        this.policy = policy;
        this.catalogs = catalogs;
        this.where = where;
    }

    /// Every warning about every policy.
    ///
    /// @throws IOException if a database's catalog cannot be read
    public static List<String> of(OfflineJudge judge) throws IOException {
        List<String> warnings = new ArrayList<>();
        for (PolicyDefinition policy : judge.policies().policies()) {
            Set<String> databases = new TreeSet<>();
            for (Agent agent : judge.configuration().agents()) {
                if (agent.policy().equals(policy.name())) {
                    agent.databases().stream().map(AgentDatabase::database).forEach(databases::add);
                }
            }
            if (databases.isEmpty()) {
                warnings.add("policy %s: no agent has it".formatted(policy.name()));
                continue;
            }
            List<CatalogSnapshot> catalogs = new ArrayList<>();
            for (String database : databases) {
                CatalogSnapshot catalog = judge.catalog(database);
                if (catalog != null) {
                    catalogs.add(catalog);
                }
            }
            if (!catalogs.isEmpty()) {
                warnings.addAll(
                        new PolicyWarnings(policy.name(), catalogs, String.join(", ", databases))
                                .of(policy));
            }
        }
        return warnings;
    }

    private List<String> of(PolicyDefinition definition) {
        List<RelationPattern> closed = new ArrayList<>();
        for (Restriction restriction : definition.restricted()) {
            restriction.relations().forEach(pattern -> matched("restricted", pattern));
            if (restriction.access() == Restriction.Access.DENY) {
                closed.addAll(restriction.relations());
            }
        }
        definition.read().forEach(pattern -> granted("read", pattern, closed));
        definition
                .write()
                .forEach(grant ->
                        grant.relations().forEach(pattern -> granted("write", pattern, closed)));
        definition.denyColumns().forEach(this::columns);
        definition.functions().stream().sorted().forEach(this::function);
        return warnings;
    }

    private void granted(String key, RelationPattern pattern, List<RelationPattern> closed) {
        List<Relation> meant = matched(key, pattern);
        if (!meant.isEmpty()
                && meant.stream()
                        .allMatch(relation ->
                                closed.stream()
                                        .anyMatch(each ->
                                                each.matches(
                                                        relation.schema(), relation.name())))) {
            warn(
                    "%s: \"%s\" grants nothing: `restricted` closes all of it"
                            .formatted(key, pattern));
        }
    }

    private List<Relation> matched(String key, RelationPattern pattern) {
        List<Relation> meant = new ArrayList<>();
        for (CatalogSnapshot catalog : catalogs) {
            for (Relation relation : catalog.relations()) {
                if (pattern.matches(relation.schema(), relation.name())) {
                    meant.add(relation);
                }
            }
        }
        if (meant.isEmpty()) {
            warn("%s: \"%s\" matches no relation of %s".formatted(key, pattern, where));
        }
        return meant;
    }

    private void columns(ColumnPattern pattern) {
        for (CatalogSnapshot catalog : catalogs) {
            for (Relation relation : catalog.relations()) {
                for (Relation.Column column : relation.columns()) {
                    if (pattern.matches(relation.schema(), relation.name(), column.name())) {
                        return;
                    }
                }
            }
        }
        warn("deny-columns: \"%s\" matches no column of %s".formatted(pattern, where));
    }

    private void function(String function) {
        int dot = function.lastIndexOf('.');
        String schema = function.substring(0, Math.max(0, dot));
        for (CatalogSnapshot catalog : catalogs) {
            for (Function each : catalog.functionsNamed(function.substring(dot + 1))) {
                if (schema.isEmpty() || each.schema().equals(schema)) {
                    return;
                }
            }
        }
        warn("functions: \"%s\" is no function of %s".formatted(function, where));
    }

    private void warn(String warning) {
        warnings.add("policy " + policy + ": " + warning);
    }
}
