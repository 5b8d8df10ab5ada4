package dev.holdfast.guard.approval;

import dev.holdfast.guard.policy.Policy;
import dev.holdfast.sql.analysis.StatementEffects;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a decision rests on: the policy, and everything that the analysis says of the statement, which
/// follows from the catalog: what it reaches by views, keys, triggers, rules and partitions. Where a
/// policy, a grant or the catalog changes so that something else would be decided about, this changes.
public final class Basis {
    private Basis() {}

    /// The same text for the same, over restarts too.
    public static String of(Policy policy, List<StatementEffects> statements) {
        Digest digest = new Digest().text(policy.fingerprint());
        for (StatementEffects statement : statements) {
            digest.text(statement.command()).text(statement.control().name());
            lines(digest, effects(statement));
            lines(digest, relations(statement));
            lines(digest, statement.unforeseeable().stream());
        }
        return digest.hex();
    }

    private static Stream<String> effects(StatementEffects statement) {
        return statement.effects().stream()
                .map(effect ->
                        String.join(
                                "\n",
                                effect.kind().name(),
                                effect.operation(),
                                effect.object(),
                                effect.because()));
    }

    private static Stream<String> relations(StatementEffects statement) {
        return statement.relationEffects().stream()
                .map(effect ->
                        String.join(
                                "\n",
                                effect.relation(),
                                effect.operation().name(),
                                effect.allColumns()
                                        ? "*"
                                        : String.join(",", new TreeSet<>(effect.columns())),
                                effect.bound().name(),
                                effect.via()));
    }

    /// Sorted, since sets have no order that lasts.
    private static void lines(Digest digest, Stream<String> lines) {
        List<String> sorted = lines.sorted().toList();
        digest.number(sorted.size());
        sorted.forEach(digest::text);
    }
}
