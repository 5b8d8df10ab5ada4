package dev.holdfast.server.explain;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.RelationPattern;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.explain.AuditLines.Sent;
import dev.holdfast.server.init.ClosedNames;
import dev.holdfast.server.init.YamlText;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Relation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The least policy under which each agent could have done what it did: every statement on record is
/// analysed again with the catalog of its database. What is restricted is never suggested.
public final class Suggestion {
    private static final Set<Operation> ROW_WRITES =
            Set.of(Operation.INSERT, Operation.UPDATE, Operation.DELETE);

    private final OfflineJudge judge;
    private final Map<String, Needs> byAgent = new TreeMap<>();

    /// What one agent did, and how often.
    private static final class Needs {
        private final Map<String, Long> reads = new TreeMap<>();
        private final Map<String, Map<Operation, Long>> writes = new TreeMap<>();
        private final Map<String, Long> functions = new TreeMap<>();
        private final Map<String, Long> settings = new TreeMap<>();
        private final Map<String, String> left = new TreeMap<>();
        private final Set<String> databases = new TreeSet<>();
        private long statements;
    }

    private Suggestion(OfflineJudge judge) {
        this.judge = judge;
    }

    /// A policy file, one policy for each agent, with comments.
    ///
    /// @param agent for whom; null for everyone on record
    /// @throws IOException if the record or a catalog cannot be read, or nothing is on record
    public static String of(OfflineJudge judge, Path directory, @Nullable String agent)
            throws IOException {
        AuditLines lines = AuditLines.of(directory, agent);
        if (lines.counts().isEmpty()) {
            throw new IOException(
                    directory
                            + " has no statement that ran"
                            + (agent == null ? "" : " of agent " + agent)
                            + "; let it work for a while, with mode: observe");
        }
        Suggestion suggestion = new Suggestion(judge);
        long unreadable = lines.unread();
        for (Map.Entry<Sent, Long> each : lines.counts().entrySet()) {
            if (!suggestion.take(each.getKey(), each.getValue())) {
                unreadable += each.getValue();
            }
        }
        return suggestion.text(lines.lines(), unreadable);
    }

    /// @return whether the statement could be analysed
    private boolean take(Sent sent, long count) throws IOException {
        boolean known =
                judge.configuration().databases().stream()
                        .anyMatch(database -> database.name().equals(sent.database()));
        Needs needs = byAgent.computeIfAbsent(sent.agent(), _ -> new Needs());
        if (!known) {
            return false;
        }
        if (!(judge.analyse(sent.database(), sent.statement())
                instanceof Analysis.Understood understood)) {
            return false;
        }
        needs.statements += count;
        needs.databases.add(sent.database());
        CatalogSnapshot catalog = judge.catalog(sent.database());
        for (StatementEffects statement : understood.statements()) {
            for (RelationEffect effect : statement.relationEffects()) {
                take(needs, sent.agent(), catalog, effect, count);
            }
            for (Effect effect : statement.effects()) {
                take(needs, effect, count);
            }
        }
        return true;
    }

    private void take(
            Needs needs,
            String agent,
            @Nullable CatalogSnapshot catalog,
            RelationEffect effect,
            long count) {
        String relation = effect.relation();
        boolean reads =
                effect.operation() == Operation.READ || effect.operation() == Operation.LOCK;
        boolean writes = ROW_WRITES.contains(effect.operation());
        if (system(relation) || (reads && !effect.direct())) {
            return;
        }
        if (!reads && !writes) {
            needs.left.put(
                    relation,
                    "%s is no matter of grants: hold or deny its kind"
                            .formatted(effect.operation().toString().toLowerCase(Locale.ROOT)));
            return;
        }
        String closed = closed(agent, catalog, relation);
        if (closed != null) {
            needs.left.put(relation, closed);
        } else if (reads) {
            needs.reads.merge(relation, count, Long::sum);
        } else {
            needs.writes
                    .computeIfAbsent(relation, _ -> new EnumMap<>(Operation.class))
                    .merge(effect.operation(), count, Long::sum);
        }
    }

    private static void take(Needs needs, Effect effect, long count) {
        if (effect.operation().equals(Effect.FUNCTION_CALL)) {
            if (effect.kind() != StatementKind.UNSAFE_IO
                    && effect.kind() != StatementKind.SAFEGUARD
                    && effect.object().contains(".")) {
                needs.functions.merge(effect.object(), count, Long::sum);
            } else {
                needs.left.put(effect.object(), "a function that no policy can allow by this name");
            }
        } else if (effect.kind() == StatementKind.SAFEGUARD && effect.operation().equals("SET")) {
            needs.settings.merge(effect.object(), count, Long::sum);
        }
    }

    private static boolean system(String relation) {
        return relation.startsWith("pg_catalog.")
                || relation.startsWith("information_schema.")
                || relation.startsWith("pg_toast");
    }

    /// Why a relation is never suggested; null where it may be.
    private @Nullable String closed(
            String agent, @Nullable CatalogSnapshot catalog, String relation) {
        Relation known = relation(catalog, relation);
        if (known == null) {
            return "is not in the catalog now";
        }
        PolicyDefinition current = current(agent);
        if (current != null) {
            for (Restriction restriction : current.restricted()) {
                for (RelationPattern pattern : restriction.relations()) {
                    if (pattern.matches(known.schema(), known.name())) {
                        return "is restricted by the policy in force: " + pattern;
                    }
                }
            }
        }
        return ClosedNames.because(known);
    }

    private @Nullable PolicyDefinition current(String agent) {
        return judge.configuration().agents().stream()
                .filter(each -> each.name().equals(agent))
                .findFirst()
                .map(each -> judge.policies().policy(each.policy()))
                .orElse(null);
    }

    private static @Nullable Relation relation(
            @Nullable CatalogSnapshot catalog, String qualified) {
        if (catalog == null) {
            return null;
        }
        for (Relation relation : catalog.relations()) {
            if (ClosedNames.pattern(relation).equals(qualified)) {
                return relation;
            }
        }
        return null;
    }

    private String text(long lines, long unreadable) {
        YamlText out = new YamlText();
        out.comment(
                "",
                "Suggested by `holdfast policy suggest` from " + lines + " lines of the record.");
        if (unreadable > 0) {
            out.comment(
                    "",
                    unreadable
                            + " of them could not be analysed again, and count for nothing here.");
        }
        out.comment(
                "", "The least that would have done. What was used once may have been a mistake.");
        out.line("policies:");
        byAgent.forEach((agent, needs) -> append(out, agent, needs));
        return out.toString();
    }

    private void append(YamlText out, String agent, Needs needs) {
        out.comment(
                "  ",
                "%s: %d statements on %s"
                        .formatted(agent, needs.statements, String.join(", ", needs.databases)));
        out.line("  - name: " + YamlText.quoted(name(agent)));
        out.line("    mode: enforce");
        list(out, "read", needs.reads);
        appendWrites(out, needs);
        list(out, "functions", needs.functions);
        list(out, "settings", needs.settings);
        needs.left.forEach(
                (what, because) -> out.comment("    ", "not suggested: " + what + ": " + because));
        PolicyDefinition current = current(agent);
        if (current != null) {
            carryOver(out, current);
        }
    }

    private static String name(String agent) {
        String name = agent.replaceAll("[^A-Za-z0-9_.-]", "_") + "-suggested";
        return name.length() > 63 ? name.substring(name.length() - 63) : name;
    }

    private static void list(YamlText out, String key, Map<String, Long> used) {
        if (used.isEmpty()) {
            return;
        }
        out.line("    " + key + ":");
        used.forEach((what, count) -> out.line("      - " + YamlText.quoted(what), times(count)));
    }

    private static void appendWrites(YamlText out, Needs needs) {
        if (needs.writes.isEmpty()) {
            return;
        }
        out.line("    write:");
        Map<Set<Operation>, Map<String, Long>> byOperations = new HashMap<>();
        needs.writes.forEach((relation, operations) ->
                byOperations
                        .computeIfAbsent(Set.copyOf(operations.keySet()), _ -> new TreeMap<>())
                        .put(
                                relation,
                                operations.values().stream().mapToLong(Long::longValue).sum()));
        Map<String, Map<String, Long>> ordered = new TreeMap<>();
        byOperations.forEach((operations, relations) ->
                ordered.put(
                        String.join(
                                ", ",
                                new TreeSet<>(operations)
                                        .stream()
                                                .map(each ->
                                                        each.toString().toLowerCase(Locale.ROOT))
                                                .toList()),
                        relations));
        ordered.forEach((operations, relations) -> {
            out.line("      - operations: [" + operations + "]");
            out.line("        relations:");
            relations.forEach((relation, count) ->
                    out.line("          - " + YamlText.quoted(relation), times(count)));
        });
    }

    private static String times(long count) {
        return count == 1 ? "used once" : count + " times";
    }

    /// What is closed stays closed.
    private static void carryOver(YamlText out, PolicyDefinition current) {
        if (!current.denyColumns().isEmpty()) {
            out.comment("    ", "from the policy in force:");
            out.line("    deny-columns:");
            current.denyColumns()
                    .forEach(pattern -> out.line("      - " + YamlText.quoted(pattern.toString())));
        }
        List<Restriction> restricted = current.restricted();
        if (!restricted.isEmpty()) {
            out.comment("    ", "from the policy in force:");
            out.line("    restricted:");
            for (Restriction restriction : restricted) {
                out.line(
                        "      - access: "
                                + restriction.access().toString().toLowerCase(Locale.ROOT));
                out.line("        relations:");
                restriction
                        .relations()
                        .forEach(pattern ->
                                out.line("          - " + YamlText.quoted(pattern.toString())));
            }
        }
    }
}
