package dev.holdfast.server.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.journal.RelationImage;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyHintsTest {
    @Test
    void takesEveryLiteralForAKey() {
        assertThat(condition("bigint", 0, "UPDATE t SET n = 7 WHERE id IN (5, -6, '8')"))
                .isEqualTo(
                        "(\"id\" OPERATOR(pg_catalog.=) ANY (ARRAY['7','5','-6','8']::pg_catalog.int8[]))");
    }

    @Test
    void takesParametersInTextAndInBinary() {
        assertThat(
                        condition(
                                "integer",
                                0,
                                "DELETE FROM t WHERE id = $1",
                                "12",
                                "\\xffffffff",
                                null))
                .contains("ARRAY['12','-1']");
        assertThat(condition("uuid", 0, "", "\\x00000000000000000000000000000001"))
                .contains("'00000000-0000-0000-0000-000000000001'");
    }

    @Test
    void sendsNothingThatIsNoKeyOfItsType() {
        assertThat(
                        condition(
                                "integer",
                                0,
                                "UPDATE t SET a = 'x' WHERE b = 1.5 AND c = 1e3 AND d9 = $1"))
                .isNull();
        assertThat(condition("integer", 0, "SELECT 99999999999999999999")).isNull();
        assertThat(condition("uuid", 0, "DELETE FROM t WHERE id = '0000'")).isNull();
        assertThat(condition("numeric", 0, "DELETE FROM t WHERE id = 5")).isNull();
    }

    @Test
    void quotesTextsSoThatTheyRemainTexts() {
        assertThat(condition("text", 0, "DELETE FROM t WHERE id = 'a''b\\'"))
                .contains("ARRAY[E'a''b\\\\']::pg_catalog.text[]");
        assertThat(condition("text", 0, "DELETE FROM t WHERE id = 'é'")).isNull();
    }

    @Test
    void looksAtTheLastKeysWhereRowsWereAdded() {
        assertThat(condition("integer", 2, "INSERT INTO t (n) SELECT a FROM b"))
                .contains("ORDER BY \"id\" DESC LIMIT 18");
    }

    @Test
    void isNotLongerThanItMayBe() {
        String many = "SELECT " + "1234567,".repeat(100_000) + "1";
        assertThat(condition("integer", 0, many)).hasSizeLessThan(200);
        StringBuilder different = new StringBuilder("SELECT ");
        for (int i = 0; i < 100_000; i++) {
            different.append(i).append(',');
        }
        assertThat(condition("integer", 0, different.toString())).hasSizeLessThan(10_000);
    }

    private static @Nullable String condition(
            String type, long added, String text, @Nullable String... parameters) {
        CapturedTable table =
                new CapturedTable(
                        new TableChange(1, "s.t", 0, 1, 0, TableChange.Traits.KEEPABLE),
                        new RelationImage(
                                1,
                                "s",
                                "t",
                                List.of(new ColumnImage("id", type, false, false)),
                                List.of("id")),
                        1,
                        false,
                        false);
        return KeyHints.of(
                        List.of(new WriteTransaction.Run(text, "…", Arrays.asList(parameters), "")))
                .condition(table, added);
    }
}
