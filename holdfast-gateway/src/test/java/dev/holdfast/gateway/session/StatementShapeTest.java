package dev.holdfast.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementShapeTest {
    private static @Nullable String shape(String text) {
        StatementShape shape = new StatementShape(1_000);
        return shape.read(text.getBytes(UTF_8)) ? new String(shape.copy(), UTF_8) : null;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SELECT 1|SELECT 999999999",
                "SELECT a FROM t WHERE id = 7;|SELECT a FROM t WHERE id = 1234567;",
                "SELECT a FROM t WHERE n = 'it''s'|SELECT a FROM t WHERE n = ''",
                "SELECT 1.5, 'x'|SELECT 22.75, 'a longer one -- /* $$ ; \"'",
                "SELECT \"a 1\", 1|SELECT \"a 1\", 2",
                "SELECT $1 + 5|SELECT $1 + 6",
                "SELECT f(1,2)|SELECT f(3,4)",
                "SELECT x-1|SELECT x-2"
            })
    void textsThatDifferInLiteralsOnlyHaveOneShape(String one, String other) {
        assertThat(shape(one)).isNotNull().isEqualTo(shape(other));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SELECT 1|SELECT '1'",
                "SELECT 1|SELECT 1.0",
                "SELECT a1 FROM t WHERE i = 1|SELECT a2 FROM t WHERE i = 1",
                "SELECT \"1\", 1|SELECT \"2\", 1",
                "SELECT $1, 1|SELECT $2, 1",
                "SELECT 'a', 1|SELECT 'a' , 1"
            })
    void textsThatDifferInMoreThanLiteralsHaveTwo(String one, String other) {
        assertThat(shape(one)).isNotNull();
        assertThat(shape(one)).isNotEqualTo(shape(other));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT E'a', 1",
                "SELECT e'a\\'b', 1",
                "SELECT U&'d\\0061t', 1",
                "SELECT U&\"d\\0061t\", 1",
                "SELECT u&'a', 1",
                "SELECT B'101', 1",
                "SELECT x'1F', 1",
                "SELECT N'a', 1",
                "SELECT 'a\\b', 1",
                "SELECT $$a$$, 1",
                "SELECT $tag$a$tag$, 1",
                "SELECT 1 -- one",
                "SELECT 1 /* one */",
                "SELECT 1/**/",
                "SELECT 1 +--\n2",
                "SELECT 0x1F",
                "SELECT 0b1",
                "SELECT 1_000",
                "SELECT 1e5",
                "SELECT 1.5e5",
                "SELECT 1.",
                "SELECT .5",
                "SELECT 1..2",
                "SELECT 1.5.5",
                "SELECT 123abc",
                "SELECT 1'a'",
                "SELECT 'a'1",
                "SELECT 'a'b",
                "SELECT 'a'\"b\"",
                "SELECT 1\"b\"",
                "SELECT $1abc, 1",
                "SELECT $1'a'",
                "SELECT 1234567890",
                "SELECT 'ä', 1",
                "SELECT ä, 1",
                "SELECT 1 \u00a0",
                "SELECT 1 \u0001",
                "SELECT '\u0002'",
                "SELECT 1\u000b",
                "SELECT 1\u0000",
                "SELECT 'open",
                "SELECT \"open, 1",
                "SELECT 1 \\ 2"
            })
    void whatNeedsPostgresLexerHasNone(String text) {
        assertThat(shape(text)).isNull();
    }

    /// PostgreSQL joins two strings if a line break stands between them, and rejects them otherwise.
    @Test
    void aLineBreakBetweenStringsIsPartOfTheShape() {
        assertThat(shape("SELECT 'a'\n'b'")).isNotNull().isNotEqualTo(shape("SELECT 'a' 'b'"));
    }

    @Test
    void aTextWithoutLiteralsHasNoneOfItsOwn() {
        assertThat(shape("SELECT a FROM t WHERE id = $1")).isNull();
        assertThat(shape("")).isNull();
    }

    @Test
    void aTextLongerThanTheBoundHasNone() {
        assertThat(shape("SELECT 1" + " ".repeat(992))).isNotNull();
        assertThat(shape("SELECT 1" + " ".repeat(993))).isNull();
    }
}
