package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.SqlParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Finds effects on relations for tests, and writes them as people read them.
final class RelationEffects implements AutoCloseable {
    private final SqlParser parser = new SqlParser(Analyses.patient());
    private final StatementAnalyzer analyzer;

    private RelationEffects(CatalogScope scope) {
        this.analyzer = new StatementAnalyzer(scope);
    }

    static RelationEffects withCatalog() {
        return new RelationEffects(Shop.scope());
    }

    static RelationEffects in(CatalogScope scope) {
        return new RelationEffects(scope);
    }

    static RelationEffects withoutCatalog() {
        return new RelationEffects(CatalogScope.withoutCatalog(AnalysisScope.BUILT_IN));
    }

    List<StatementEffects> statements(String sql) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        Analysis analysis = analyzer.analyze(utf8, parser.parse(utf8));
        if (analysis instanceof Analysis.Understood understood) {
            return understood.statements();
        }
        throw new AssertionError(analysis + ": " + sql);
    }

    List<RelationEffect> of(String sql) {
        List<RelationEffect> effects = new ArrayList<>();
        statements(sql).forEach(statement -> effects.addAll(statement.relationEffects()));
        return effects;
    }

    /// The bound of the one UPDATE or DELETE of a statement.
    RelationEffect.Bound bound(String sql) {
        List<RelationEffect.Bound> bounds =
                of(sql).stream()
                        .map(RelationEffect::bound)
                        .filter(bound -> bound != RelationEffect.Bound.NOT_APPLICABLE)
                        .distinct()
                        .toList();
        if (bounds.size() != 1) {
            throw new AssertionError(sql + ": " + describe(sql));
        }
        return bounds.getFirst();
    }

    /// Each effect on a line: `UPDATE public.students (email, name) bounded`.
    List<String> describe(String sql) {
        List<String> lines = new ArrayList<>();
        for (StatementEffects statement : statements(sql)) {
            statement.relationEffects().forEach(effect -> lines.add(line(effect)));
            statement.unforeseeable().forEach(why -> lines.add("UNFORESEEABLE " + why));
        }
        return lines;
    }

    private static String line(RelationEffect effect) {
        String columns =
                effect.allColumns()
                        ? " (*)"
                        : effect.columns().isEmpty()
                                ? ""
                                : " (" + String.join(", ", new TreeSet<>(effect.columns())) + ")";
        String bound =
                switch (effect.bound()) {
                    case BOUNDED -> " bounded";
                    case UNBOUNDED -> " unbounded";
                    case NOT_APPLICABLE -> "";
                };
        String via = effect.direct() ? "" : " by " + effect.via();
        return effect.operation() + " " + effect.relation() + columns + bound + via;
    }

    @Override
    public void close() {
        parser.close();
    }
}
