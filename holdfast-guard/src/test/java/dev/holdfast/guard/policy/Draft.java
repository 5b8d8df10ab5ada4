package dev.holdfast.guard.policy;

import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.Limits;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A policy in the making, and what is known of the database it is for.
final class Draft implements CatalogView {
    final List<RelationPattern> read = new ArrayList<>();
    final List<WriteGrant> write = new ArrayList<>();
    final List<ColumnPattern> denyColumns = new ArrayList<>();
    final List<Restriction> restricted = new ArrayList<>();
    final Set<String> functions = new HashSet<>();
    final Set<String> settings = new HashSet<>();
    final List<CustomRule> rules = new ArrayList<>();
    Mode mode = Mode.ENFORCE;
    Holds hold = Holds.NONE;
    Limits limits = Limits.NONE;
    Map<String, Set<String>> columns = Map.of();
    Map<String, Set<String>> functionSchemas = Map.of();

    Draft read(String... patterns) {
        Stream.of(patterns).map(RelationPattern::of).forEach(read::add);
        return this;
    }

    Draft write(String pattern, WriteGrant.Operation... operations) {
        write.add(new WriteGrant(List.of(RelationPattern.of(pattern)), Set.of(operations)));
        return this;
    }

    Draft denyColumns(String... patterns) {
        Stream.of(patterns).map(ColumnPattern::of).forEach(denyColumns::add);
        return this;
    }

    Draft restricted(String pattern) {
        return restriction(pattern, Restriction.Access.DENY);
    }

    Draft challenged(String pattern) {
        return restriction(pattern, Restriction.Access.CHALLENGE);
    }

    private Draft restriction(String pattern, Restriction.Access access) {
        restricted.add(new Restriction(List.of(RelationPattern.of(pattern)), access));
        return this;
    }

    Draft functions(String... names) {
        functions.addAll(List.of(names));
        return this;
    }

    Draft settings(String... names) {
        settings.addAll(List.of(names));
        return this;
    }

    PolicyDefinition definition() {
        return new PolicyDefinition(
                "p",
                mode,
                read,
                write,
                denyColumns,
                restricted,
                hold,
                limits,
                functions,
                settings,
                rules,
                ApprovalRules.DEFAULT);
    }

    DefinedPolicy policy() {
        return new DefinedPolicy(definition(), this);
    }

    @Override
    public @Nullable Set<String> columns(String database, String schema, String name) {
        return columns.get(schema + "." + name);
    }

    @Override
    public Set<String> functionSchemas(String database, String name) {
        return functionSchemas.getOrDefault(name, Set.of());
    }
}
