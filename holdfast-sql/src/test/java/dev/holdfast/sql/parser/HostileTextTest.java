package dev.holdfast.sql.parser;

import static dev.holdfast.sql.parser.Corpus.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Texts made to crash, to fool or to stall a parser. Each must end in an outcome soon, and leave the
/// parser at work.
class HostileTextTest {
    /// Shorter than the default, so that the many texts that hit it do not take minutes.
    private static final Duration PARSE_TIME_MAX = Duration.ofMillis(300);

    /// Far more than the limit: the test shares its processors.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final SqlParser PARSER =
            new SqlParser(new ParserLimits(1, 16, 1 << 20, 16 << 20, PARSE_TIME_MAX));

    @BeforeAll
    static void warmUp() {
        PARSER.warmUp(Duration.ofSeconds(1)).join();
    }

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void refusesANulWhereTheParserWouldStopReading() {
        assertRefused(utf8("SELECT 1\0; DROP TABLE t"), UnreadableReason.CONTAINS_NUL);
        assertRefused(utf8("SELECT 1\0"), UnreadableReason.CONTAINS_NUL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // a continuation byte on its own
                "c3", // a sequence cut short
                "c327", // one that swallows the closing quote
                "c0a7", // a quote in two bytes
                "c080", // a NUL in two bytes
                "e08080", // overlong
                "eda080", // a surrogate
                "f4908080", // beyond U+10FFFF
                "f8888080", // five bytes
                "ff",
                "815c" // a character of SJIS and GBK that ends with a backslash
            })
    void refusesInvalidUtf8(String hex) {
        byte[] before = utf8("SELECT '");
        byte[] bad = HexFormat.of().parseHex(hex);
        byte[] after = utf8("'");
        byte[] text = new byte[before.length + bad.length + after.length];
        System.arraycopy(before, 0, text, 0, before.length);
        System.arraycopy(bad, 0, text, before.length, bad.length);
        System.arraycopy(after, 0, text, before.length + bad.length, after.length);

        assertRefused(text, UnreadableReason.NOT_UTF8);
    }

    @Test
    void readsUnicodeOfEveryLength() {
        assertThat(PARSER.parse(utf8("SELECT 'aß水🎓' AS \"ÄÖ\"")))
                .isInstanceOf(ParseOutcome.Parsed.class);
    }

    @Test
    void refusesATextThatIsTooLong() {
        assertRefused(new byte[(1 << 20) + 1], UnreadableReason.TOO_LONG);
    }

    static Stream<Arguments> deepTexts() {
        return Stream.of(500, 5_000, 50_000)
                .flatMap(depth ->
                        Stream.of(
                                nested("parentheses", depth, "(", "1", ")"),
                                nested("case", depth, "CASE WHEN ", "a", " THEN 1 END"),
                                nested("subselects", depth, "(SELECT ", "1", ")"),
                                nested("arrays", depth, "ARRAY[", "1", "]"),
                                nested("not", depth, "NOT ", "true", ""),
                                nested("minus", depth, "- ", "1", ""),
                                nested("cast", depth, "CAST(", "1", " AS int)"),
                                nested("typecast", depth, "", "1", "::int"),
                                nested("functions", depth, "f(", "1", ")"),
                                nested("rows", depth, "ROW(", "1", ")"),
                                nested("indirection", depth, "", "a", "[1]"),
                                nested("plus", depth, "1 + ", "1", ""),
                                nested("and", depth, "a AND ", "b", ""),
                                nested("and or", depth, "a AND b OR ", "c", ""),
                                nested("concatenation", depth, "'x' || ", "'y'", ""),
                                nested("exists", depth, "EXISTS (SELECT ", "1", ")"),
                                nested("joins", depth, "1 FROM t JOIN ", "t", " ON true"),
                                nested("unions", depth, "1 UNION SELECT ", "1", "")));
    }

    private static Arguments nested(
            String name, int depth, String open, String inner, String close) {
        String text = "SELECT " + open.repeat(depth) + inner + close.repeat(depth);
        return Arguments.of(name + " × " + depth, text);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("deepTexts")
    void endsSoonHoweverDeepATextNests(String name, String text) {
        assertEndsSoon(text);
    }

    static Stream<Arguments> longTexts() {
        int bytes = (1 << 20) - 100;
        return Stream.of(
                Arguments.of("opened comments", "/*".repeat(20_000)),
                Arguments.of("opened comments, 1 MB", "/*".repeat(bytes / 2)),
                Arguments.of("plus", "SELECT " + "+".repeat(bytes)),
                Arguments.of("operator characters", "SELECT 1 " + "@#".repeat(bytes / 2) + " 1"),
                Arguments.of("minus and comment", "-/*".repeat(bytes / 3)),
                Arguments.of("numbers", "SELECT 1" + ",1".repeat(bytes / 2)),
                Arguments.of("stars", "SELECT *" + ",*".repeat(bytes / 2)),
                Arguments.of("in list", "SELECT 1 WHERE a IN (1" + ",1".repeat(bytes / 2) + ")"),
                Arguments.of("rows", "VALUES (1)" + ",(1)".repeat(bytes / 4)),
                Arguments.of("empty statements", ";".repeat(bytes)),
                Arguments.of("statements", "TABLE a;".repeat(bytes / 8)),
                Arguments.of("names", "SELECT a" + ".a".repeat(bytes / 2)),
                Arguments.of("one long name", "SELECT \"" + "a".repeat(bytes) + "\""),
                Arguments.of("one long string", "SELECT '" + "a".repeat(bytes) + "'"),
                Arguments.of("quotes", "SELECT '" + "''".repeat(bytes / 2) + "'"),
                Arguments.of("continued strings", "SELECT 'a'" + "\n'a'".repeat(bytes / 4)),
                Arguments.of("dollar quotes", "SELECT " + "$a$".repeat(bytes / 3)),
                Arguments.of("dollars", "SELECT $" + "$a".repeat(bytes / 2)),
                Arguments.of("unicode escapes", "SELECT U&'" + "\\0041".repeat(bytes / 5) + "'"),
                Arguments.of("escapes", "SELECT E'" + "\\n".repeat(bytes / 2) + "'"),
                Arguments.of("digits", "SELECT " + "9".repeat(bytes)),
                Arguments.of("parameters", "SELECT $1" + ",$1".repeat(bytes / 3)),
                Arguments.of("brackets", "SELECT " + "[".repeat(bytes)),
                Arguments.of("unclosed parentheses", "SELECT " + "(".repeat(bytes)),
                Arguments.of("line ends", "\n".repeat(bytes)),
                Arguments.of("opened casts", "SELECT " + "CAST(".repeat(bytes / 5)),
                Arguments.of("a syntax error at the end", " ".repeat(bytes) + "x"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longTexts")
    void endsSoonHoweverOftenATextRepeats(String name, String text) {
        assertEndsSoon(text);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longTexts")
    void redactsSoonHoweverOftenATextRepeats(String name, String text) {
        long start = System.nanoTime();

        PARSER.redact(utf8(text));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
        assertParserWorks();
    }

    @Test
    void interruptsWhatTakesTooLong() {
        assertRefused(utf8("SELECT " + "+".repeat(1_000_000)), UnreadableReason.TOO_SLOW);
    }

    @Test
    void refusesATreeThatIsTooLarge() {
        try (SqlParser strict =
                new SqlParser(new ParserLimits(1, 16, 1 << 20, 1 << 20, Duration.ofSeconds(60)))) {
            assertThat(strict.parse(utf8("SELECT 1" + ",1".repeat(30_000))))
                    .isEqualTo(new ParseOutcome.Unreadable(UnreadableReason.TOO_COMPLEX));
            assertThat(strict.parse(utf8("SELECT 1" + ",1".repeat(3_000))))
                    .isInstanceOf(ParseOutcome.Parsed.class);
        }
    }

    @Test
    void stopsAtTheMemoryLimit() {
        // The tree and its JSON of 270 MB do not fit into 128 MiB.
        try (SqlParser patient = patient()) {
            assertThat(patient.parse(utf8("SELECT 1" + ",1".repeat(3_000_000))))
                    .isEqualTo(new ParseOutcome.Unreadable(UnreadableReason.TOO_COMPLEX));
            assertThat(patient.parse(utf8("SELECT 1"))).isInstanceOf(ParseOutcome.Parsed.class);
        }
    }

    @Test
    void readsTenThousandTerms() {
        try (SqlParser patient = patient()) {
            assertThat(patient.parse(utf8("SELECT 1" + " + 1".repeat(9_990))))
                    .isInstanceOf(ParseOutcome.Parsed.class);
        }
    }

    private static SqlParser patient() {
        return new SqlParser(new ParserLimits(1, 16, 8 << 20, 256 << 20, Duration.ofSeconds(60)));
    }

    private static void assertEndsSoon(String text) {
        long start = System.nanoTime();

        ParseOutcome outcome = PARSER.parse(utf8(text));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
        assertThat(outcome)
                .isNotEqualTo(new ParseOutcome.Unreadable(UnreadableReason.PARSER_FAILED));
        assertParserWorks();
    }

    private static void assertRefused(byte[] text, UnreadableReason reason) {
        assertThat(PARSER.parse(text)).isEqualTo(new ParseOutcome.Unreadable(reason));
        assertParserWorks();
    }

    /// A busy machine may make even this text slow; a parser that was left broken stays broken.
    private static void assertParserWorks() {
        long start = System.nanoTime();
        ParseOutcome outcome = PARSER.parse(utf8("SELECT 1"));
        while (outcome.equals(new ParseOutcome.Unreadable(UnreadableReason.TOO_SLOW))
                && System.nanoTime() - start < PATIENCE.toNanos()) {
            outcome = PARSER.parse(utf8("SELECT 1"));
        }
        assertThat(outcome).isInstanceOf(ParseOutcome.Parsed.class);
    }
}
