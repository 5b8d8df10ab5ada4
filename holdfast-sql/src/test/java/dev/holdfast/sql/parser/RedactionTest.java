package dev.holdfast.sql.parser;

import static dev.holdfast.sql.parser.Corpus.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private static final SqlParser PARSER = new SqlParser(ParserLimits.defaults());

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "SELECT 1 | SELECT $1",
                "SELECT 'a', 1.5, .5e3, 0xFF, 1_000 | SELECT $1, $2, $3, $4, $5",
                "SELECT E'\\'x', U&'\\0041', N'n', B'01', X'1F' | SELECT $1, $2, N$3, $4, $5",
                "SELECT $$a$$, $t$ b $$ c $t$ | SELECT $1, $2",
                "SELECT 'it''s', '' | SELECT $1, $2",
                "SELECT $2, 7, $1 | SELECT $2, $3, $1",
                "SELECT -5, 'x'::text | SELECT -$1, $2::text",
                "SELECT date '2024-01-01' AT TIME ZONE 'UTC' | SELECT date $1 AT TIME ZONE $2",
                "SELECT U&'d!0061' UESCAPE '!' | SELECT $1 UESCAPE $2",
                "SELECT \"a 'b' 5\", é.ü, true, null FROM t5 | SELECT \"a 'b' 5\", é.ü, true, null FROM t5",
                "SELECT/* secret */1/* secret */,2 -- secret | SELECT $1 ,$2",
                "SELECT 1 /* a /* 'b' */ c */ + 2 | SELECT $1 + $2",
                "ALTER ROLE joe PASSWORD 'secret' | ALTER ROLE joe PASSWORD $1",
                "SELECT a ->> 'b' OPERATOR(pg_catalog.+) 1 | SELECT a ->> $1 OPERATOR(pg_catalog.+) $2",
                "SELECT f(a => 1, b := 2), t[1:2] | SELECT f(a => $1, b := $2), t[$3:$4]",
                "SELECT 1abc FROM WHERE 'x | <unreadable: 25 bytes, sha256 3457bb1b3af58c83>",
            })
    void replacesValuesAndDropsComments(String text, String expected) {
        assertThat(PARSER.redact(utf8(text))).isEqualTo(expected);
    }

    @Test
    void putsTheTextOnOneLine() {
        assertThat(PARSER.redact(utf8("\n SELECT\r\n\t'a'\n'b',\u000b x -- c\n ;\n")))
                .isEqualTo("SELECT $1, x ;");
    }

    @Test
    void readsEveryControlCharacter() {
        for (char c = 1; c < ' '; c++) {
            assertThat(PARSER.redact(utf8("SELECT 'a" + c + "b' -- c"))).isEqualTo("SELECT $1");
            assertThat(PARSER.parse(utf8("SELECT 'a" + c + "b'")))
                    .isInstanceOf(ParseOutcome.Parsed.class);
        }
    }

    @Test
    void readsTextsThatAreNotSqlAsLongAsTheyScan() {
        assertThat(PARSER.redact(utf8("FROM 'secret' SELECT 5"))).isEqualTo("FROM $1 SELECT $2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'secret",
                "SELECT \"secret",
                "/* secret",
                "SELECT $x$ secret",
                "SELECT 0secret",
                "SELECT 'secret' \0",
            })
    void showsNothingOfATextThatDoesNotScan(String text) {
        assertThat(PARSER.redact(utf8(text)))
                .matches("<unreadable: " + text.length() + " bytes, sha256 [0-9a-f]{16}>")
                .doesNotContain("secret");
    }

    @Test
    void recognisesTheSameUnreadableTextByItsDigest() {
        assertThat(PARSER.redact(utf8("'a"))).isEqualTo(PARSER.redact(utf8("'a")));
        assertThat(PARSER.redact(utf8("'a"))).isNotEqualTo(PARSER.redact(utf8("'b")));
    }

    @Test
    void leavesNoConstantOfTheCorpusBehind() {
        for (String statement : Corpus.statements()) {
            String redacted = PARSER.redact(utf8(statement));
            if (redacted.startsWith("<")) {
                continue;
            }
            assertThat(redacted).describedAs(statement).doesNotContain("\n", "--", "/*");
            // What is left of a redacted text is itself without values.
            assertThat(PARSER.redact(utf8(redacted))).isEqualTo(redacted);
        }
    }

    @Test
    void parsesToTheSameStatementsAfterwards() {
        for (String statement : Corpus.statements()) {
            if (PARSER.parse(utf8(statement)) instanceof ParseOutcome.Parsed before
                    && statement.startsWith("SELECT")
                    && PARSER.parse(utf8(PARSER.redact(utf8(statement))))
                            instanceof ParseOutcome.Parsed after) {
                assertThat(after.statements()).hasSameSizeAs(before.statements());
            }
        }
    }

    @Test
    void runsOnTheParsersThreadWithinASubmittedFunction() {
        byte[] text = "SELECT 'x'".getBytes(StandardCharsets.UTF_8);

        // With one thread, waiting for another would never end.
        try (SqlParser single =
                new SqlParser(new ParserLimits(1, 1, 1 << 20, 1 << 20, Duration.ofSeconds(30)))) {
            assertThat(single.submit(text, _ -> single.redact(text)).join()).isEqualTo("SELECT $1");
        }
    }
}
