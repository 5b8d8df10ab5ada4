package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// A statement that was judged before, by its text and by its shape, and one that was not: parsing,
/// analysis and decision, on the calling thread for `uncached` as on a parser thread in the gateway.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 4)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xss16m"})
public class JudgingBenchmark {
    /// What is judged.
    public enum Text {
        POINT_SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = 4711;"),
        PARAMETER_SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = $1;"),
        TEN_JOINS(tenJoins());

        private final String sql;

        Text(String sql) {
            this.sql = sql;
        }

        private static String tenJoins() {
            String columns =
                    IntStream.range(0, 10)
                            .mapToObj(i -> "t%d.id, t%d.name, t%d.created_at".formatted(i, i, i))
                            .collect(Collectors.joining(", "));
            String joins =
                    IntStream.range(1, 10)
                            .mapToObj(
                                    i ->
                                            " LEFT JOIN schema_name.table_number_%d t%d ON t%d.parent_id = t%d.id"
                                                    .formatted(i, i, i, i - 1))
                            .collect(Collectors.joining());
            return "SELECT "
                    + columns
                    + " FROM schema_name.table_number_0 t0"
                    + joins
                    + " WHERE t0.status = 'active' AND t0.created_at > '2026-01-01'"
                    + " AND (t1.amount > 100 OR t2.amount BETWEEN 5 AND 50)"
                    + " ORDER BY t0.created_at DESC LIMIT 50";
        }
    }

    @Param public Text text = Text.POINT_SELECT;

    /// Texts in one go, so that the way to the parser's thread does not count.
    private static final int BATCH = 1_000;

    private final Principal principal = new Principal("agent", "shop", "read-only");
    private final Policy policy = new ReadOnlyPolicy();
    private final StatementAnalyzer analyzer = new StatementAnalyzer(AnalysisScope.BUILT_IN);
    private final SqlParser parser = new SqlParser(ParserLimits.defaults());
    private final VerdictCache cache = new VerdictCache(32 << 20, 16 << 10);
    private byte[] bytes = {};
    private ByteBuf wire = Unpooled.EMPTY_BUFFER;

    @Setup
    public void judgeOnce() {
        bytes = text.sql.getBytes(StandardCharsets.UTF_8);
        wire = Unpooled.directBuffer().writeBytes(bytes);
        cache.restOn(Verdict.class);
        cache.put(bytes, new Verdict(analysis(), bytes, Verdict.class));
    }

    @TearDown
    public void close() {
        parser.close();
    }

    private Analysis analysis() {
        return parser.submit(bytes, outcome -> analyzer.analyze(bytes, outcome)).join();
    }

    /// Found in the cache and decided.
    @Benchmark
    public Decision cached() {
        Verdict verdict = cache.find(wire, 0, bytes.length);
        if (verdict == null) {
            throw new IllegalStateException("verdict: none (expected: one)");
        }
        return verdict.decide(policy, principal);
    }

    /// Parsed, analysed and decided: the work itself, on a parser's thread as in the gateway.
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Decision uncached() {
        return parser.submit(bytes, _ -> judgeBatch()).join();
    }

    private Decision judgeBatch() {
        Decision decision = null;
        for (int i = 0; i < BATCH; i++) {
            // Called on a parser's thread, parse() parses at once.
            decision = policy.decide(principal, analyzer.analyze(bytes, parser.parse(bytes)));
        }
        return Objects.requireNonNull(decision);
    }

    /// The same, one at a time, with the way to the parser's thread and back: two wake-ups of a
    /// sleeping thread.
    @Benchmark
    public Decision handedOver() {
        return policy.decide(principal, analysis());
    }
}
