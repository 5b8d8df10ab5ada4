package dev.holdfast.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.Seeds;
import dev.holdfast.testkit.StatementCorpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What the cache rests on, held against PostgreSQL's grammar: where a verdict may serve its shape, every
/// text of that shape is understood alike.
class ShapeCacheTest {
    private static final SqlParser PARSER = new SqlParser(ParserLimits.defaults());
    private static final StatementAnalyzer ANALYZER = new StatementAnalyzer(AnalysisScope.BUILT_IN);

    private static final List<String> LITERALS =
            List.of(
                    "0",
                    "1",
                    "7",
                    "42",
                    "007",
                    "999999999",
                    "2147483648",
                    "1.5",
                    "0.0",
                    ".5",
                    "5.",
                    "1e3",
                    "0x1f",
                    "1_000",
                    "''",
                    "'a'",
                    "'pg_terminate_backend'",
                    "'it''s'",
                    "'off'",
                    "'a' 'b'",
                    "'a'\n'b'",
                    "'--'",
                    "'/*'",
                    "'$$'",
                    "'\"'",
                    "'a;b'",
                    "E'a'",
                    "B'1'",
                    "X'f'",
                    "N'a'",
                    "U&'a'",
                    "$$a$$",
                    "$1",
                    "NULL",
                    "true",
                    "'\\'",
                    "'é'",
                    "-1",
                    "- 1",
                    "'a'::text",
                    "' UESCAPE '");
    private static final List<String> PIECES =
            List.of(
                    " ",
                    "\n",
                    "\t",
                    "--",
                    "/*",
                    "*/",
                    "'",
                    "''",
                    "\"",
                    "\"\"",
                    "$",
                    "$1",
                    "$$",
                    "$a$",
                    ";",
                    ",",
                    "(",
                    ")",
                    ".",
                    "..",
                    ":",
                    "::",
                    "=",
                    "&",
                    "-",
                    "+",
                    "e",
                    "E",
                    "x",
                    "B",
                    "U&",
                    "u&",
                    "N",
                    "1",
                    "23",
                    "0x",
                    "_",
                    "SELECT ",
                    " FROM t",
                    " AS ",
                    "INTERVAL ",
                    "float",
                    "date ",
                    " UESCAPE ",
                    "\\",
                    "\u000b",
                    "\u0001",
                    "é");

    private static final Pattern PLAIN_LITERAL =
            Pattern.compile("'(?:[^']++|'')*+'|\\b\\d+(?:\\.\\d+)?\\b");

    private final StatementShape shape = new StatementShape(1 << 16);

    @AfterAll
    static void close() {
        PARSER.close();
    }

    private static Analysis analysis(String sql) {
        byte[] text = sql.getBytes(UTF_8);
        return PARSER.submit(text, outcome -> ANALYZER.analyze(text, outcome)).join();
    }

    private byte[] shapeOf(String sql) {
        return shape.read(sql.getBytes(UTF_8)) ? shape.copy() : new byte[0];
    }

    /// PostgreSQL's grammar itself judges a few constants, such as the precision of `float(54)`. What it
    /// rejects, it rejects when it is forwarded, too.
    private void compare(String one, String other) {
        byte[] shapeOfOne = shapeOf(one);
        if (shapeOfOne.length == 0
                || one.equals(other)
                || !Arrays.equals(shapeOfOne, shapeOf(other))) {
            return;
        }
        Analysis first = analysis(one);
        Analysis second = analysis(other);
        boolean serves = first instanceof Analysis.Understood known && !known.literalsMatter();
        if (serves && !(second instanceof Analysis.Malformed) && !first.equals(second)) {
            fail("one shape, two meanings:\n%s\n%s\n%s\n%s", one, first, other, second);
        }
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (String file :
                List.of(
                        "reads-psql.sql",
                        "reads-drivers.sql",
                        "reads-tools.sql",
                        "reads-everyday.sql",
                        "refused-classifiers.sql",
                        "refused-transactions.sql",
                        "refused-writes.sql")) {
            StatementCorpus.read(file).forEach(block -> texts.add(block.text()));
        }
        return texts;
    }

    private static <T> T any(RandomGenerator random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /// Another literal in the place of each that the text has.
    private static String withOtherLiterals(String sql, RandomGenerator random) {
        return PLAIN_LITERAL
                .matcher(sql)
                .replaceAll(_ ->
                        Matcher.quoteReplacement(
                                random.nextInt(4) == 0 ? "1" : any(random, LITERALS)));
    }

    @Test
    void statementsOfOneShapeAreUnderstoodAlike() {
        List<String> texts = texts();
        Seeds.check(
                20,
                random -> {
                    for (String text : texts) {
                        String one = withOtherLiterals(text, random);
                        compare(one, withOtherLiterals(text, random));
                        compare(text, one);
                    }
                });
    }

    @Test
    void randomTextsOfOneShapeAreUnderstoodAlike() {
        int[] compared = {0};
        Seeds.check(
                4_000,
                random -> {
                    StringBuilder frame = new StringBuilder("SELECT ");
                    StringBuilder other = new StringBuilder("SELECT ");
                    for (int i = random.nextInt(1, 8); i > 0; i--) {
                        if (random.nextBoolean()) {
                            frame.append(any(random, LITERALS));
                            other.append(any(random, LITERALS));
                        } else {
                            String piece = any(random, PIECES);
                            frame.append(piece);
                            other.append(piece);
                        }
                    }
                    compared[0] += shapeOf(frame.toString()).length > 0 ? 1 : 0;
                    compare(frame.toString(), other.toString());
                });
        assertThat(compared[0]).isGreaterThan(100);
    }
}
