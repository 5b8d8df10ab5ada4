package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What an agent can make a parser thread do with one statement that is meant to be dear: the time must
/// grow no faster than the text.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xss16m"})
public class HostileBenchmark {
    /// Ways to make a statement dear; each of a size that a client could send by the thousand.
    public enum Hostile {
        IN_LIST_20_KB("SELECT 1 WHERE 1 IN (0" + ",17".repeat(7_000) + ")"),
        AND_CHAIN_20_KB("SELECT 1 WHERE a = 1" + " AND b = 2".repeat(2_000)),
        PARENTHESES_20_KB("SELECT " + "(".repeat(10_000) + "1" + ")".repeat(10_000)),
        UNIONS_20_KB("SELECT 1" + " UNION ALL SELECT 1".repeat(1_100)),
        CASTS_20_KB("SELECT 1" + "::text".repeat(3_400)),
        STRING_200_KB("SELECT '" + "x".repeat(200_000) + "'"),
        OPEN_COMMENTS_200_KB("SELECT 1 " + "/* ".repeat(66_000));

        private final String sql;

        Hostile(String sql) {
            this.sql = sql;
        }
    }

    @Param public Hostile text = Hostile.IN_LIST_20_KB;

    private final Principal principal = new Principal("agent", "shop", "read-only");
    private final Policy policy = new ReadOnlyPolicy();
    private final StatementAnalyzer analyzer = new StatementAnalyzer(AnalysisScope.BUILT_IN);
    private final SqlParser parser = new SqlParser(ParserLimits.defaults());
    private byte[] bytes = {};

    @Setup
    public void encode() {
        bytes = text.sql.getBytes(StandardCharsets.UTF_8);
    }

    @TearDown
    public void close() {
        parser.close();
    }

    /// Parsed, analysed and decided, or refused.
    @Benchmark
    public Decision uncached() {
        return policy.decide(
                principal,
                parser.submit(bytes, outcome -> analyzer.analyze(bytes, outcome)).join());
    }
}
