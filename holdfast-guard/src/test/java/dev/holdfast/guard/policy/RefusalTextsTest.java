package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.StatementCorpus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the read-only policy says about every text under `testdata/statements`, word for word.
class RefusalTextsTest {
    private static final Principal AGENT = new Principal("analyst", "shop", "read-only");
    private static final SqlParser PARSER =
            // A busy machine must not fail a test.
            new SqlParser(new ParserLimits(1, 16, 1 << 20, 16 << 20, Duration.ofMinutes(1)));
    private static final StatementAnalyzer ANALYZER = new StatementAnalyzer(AnalysisScope.BUILT_IN);
    private static final Policy POLICY = new ReadOnlyPolicy();

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void saysWhatWasRefusedWhyAndWhatToDo() {
        assertThat(StatementCorpus.compare("refusal-texts.sql", RefusalTextsTest::words)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"refused-classifiers.sql", "refused-transactions.sql", "refused-writes.sql"})
    void refusesWhateverDoesMoreThanRead(String file) {
        List<String> allowed = new ArrayList<>();
        for (StatementCorpus.Block block : StatementCorpus.read(file)) {
            if (decide(block.text()) instanceof Decision.Allow) {
                allowed.add(block.text());
            }
        }

        assertThat(allowed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reads-psql.sql",
                "reads-drivers.sql",
                "reads-tools.sql",
                "reads-everyday.sql"
            })
    void allowsWhateverOnlyReads(String file) {
        List<String> refused = new ArrayList<>();
        for (StatementCorpus.Block block : StatementCorpus.read(file)) {
            if (decide(block.text()) instanceof Decision.Deny deny) {
                refused.add(block.text() + "\n  " + deny);
            }
        }

        assertThat(refused).isEmpty();
    }

    @Test
    void neverRepeatsALiteral() {
        for (String file :
                List.of("refused-writes.sql", "refused-transactions.sql", "refusal-texts.sql")) {
            for (StatementCorpus.Block block : StatementCorpus.read(file)) {
                assertThat(decide(block.text()).toString()).doesNotContain("secret");
            }
        }
    }

    private static Decision decide(String sql) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return POLICY.decide(AGENT, ANALYZER.analyze(utf8, PARSER.parse(utf8)));
    }

    private static List<String> words(String sql) {
        return switch (decide(sql)) {
            case Decision.Allow allow -> List.of("allowed by " + allow.rule());
            case Decision.Deny deny -> words(deny.refusal());
            case Decision.Hold hold -> words(hold.refusal());
        };
    }

    private static List<String> words(Refusal refusal) {
        return List.of(
                refusal.code().sqlState() + " " + refusal.rule(),
                "MESSAGE " + refusal.message(),
                "DETAIL " + refusal.detail(),
                "HINT " + refusal.hint());
    }
}
