package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/// Analyses texts for tests, with the real parser.
final class Analyses implements AutoCloseable {
    // A busy machine must not fail a test: the first texts meet code that is not compiled yet.
    private final SqlParser parser = new SqlParser(patient());

    static ParserLimits patient() {
        ParserLimits usual = ParserLimits.defaults();
        return new ParserLimits(
                usual.threads(),
                usual.queueLength(),
                usual.textBytesMax(),
                usual.outputBytesMax(),
                Duration.ofMinutes(1));
    }

    Analysis of(String sql) {
        return of(sql, AnalysisScope.BUILT_IN);
    }

    Analysis of(String sql, AnalysisScope scope) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return new StatementAnalyzer(scope).analyze(utf8, parser.parse(utf8));
    }

    Analysis.Understood understood(String sql) {
        return understood(sql, AnalysisScope.BUILT_IN);
    }

    Analysis.Understood understood(String sql, AnalysisScope scope) {
        if (of(sql, scope) instanceof Analysis.Understood understood) {
            return understood;
        }
        throw new AssertionError(of(sql, scope) + ": " + sql);
    }

    StatementEffects effects(String sql) {
        return understood(sql).statements().getFirst();
    }

    StatementKind kind(String sql, AnalysisScope scope) {
        return understood(sql, scope).statements().getFirst().kind();
    }

    static AnalysisScope scope(
            Set<String> alsoAllowed,
            Set<String> shadowedFunctions,
            Set<String> shadowedOperators,
            Set<String> attributeFunctions,
            Set<String> rowFunctions) {
        return new AnalysisScope(
                alsoAllowed,
                shadowedFunctions,
                shadowedOperators,
                attributeFunctions,
                rowFunctions,
                AnalysisScope.BUILT_IN.searchPathSchemas());
    }

    @Override
    public void close() {
        parser.close();
    }
}
