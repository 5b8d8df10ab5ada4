package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SELECT 1|SELECT $1",
                "SELECT 'a''b', 2|SELECT $1, $2",
                "SELECT 'a\\', 1|SELECT $1, $2",
                "SELECT E'a\\'b', e'\\\\'|SELECT $1, $2",
                "SELECT $1, 'x', $7|SELECT $1, $8, $7",
                "SELECT $$a'b$$, $t$ $$ $t$ , 1|SELECT $1, $2 , $3",
                "SELECT U&'\\0061' UESCAPE '!', U&\"n\\0061\", N'x', B'1', X'F'|SELECT $1 UESCAPE $2, U&\"n\\0061\", $3, $4, $5",
                "SELECT 1.5e-3, .5, 0x1F, 1_000, 1.|SELECT $1, $2, $3, $4, $5",
                "SELECT a1, \"it's 1\", t.c2$3|SELECT a1, \"it's 1\", t.c2$3",
                "SELECT/* 'a' /* 1 */ */1 -- 'x' 2|SELECT $1",
                "SELECT  a\t,-5|SELECT a ,-$1",
                "ALTER ROLE x PASSWORD 'p'|ALTER ROLE x PASSWORD $1",
                "SELECT 'open|SELECT $1",
                "SELECT $t$ open|SELECT $1",
                "SELECT /* open|SELECT",
                "SELECT a.1, x[1:2]|SELECT a$1, x[$2:$3]"
            })
    void replacesLiteralsAndLeavesTheRest(String sql, String expected) {
        assertThat(StatementText.withoutLiterals(sql.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(expected);
    }

    @Test
    void readsAnyBytes() {
        byte[] bytes = {'S', (byte) 0xff, '\'', 0, (byte) 0xc3};

        assertThat(StatementText.withoutLiterals(bytes)).isEqualTo("S\ufffd$1");
    }
}
