package dev.holdfast.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.server.text.JsonText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EntryTextTest {
    private final EntryText text = new EntryText();

    @Test
    void escapesWhatWouldBreakALineOrJson() {
        for (String statement :
                List.of(
                        "plain",
                        "",
                        "quote \" backslash \\ newline \n return \r tab \t",
                        "nul \u0000 del \u007f separators \u2028 \u2029",
                        "ümläut 漢字 😀",
                        "lone \ud800 surrogate",
                        "x".repeat(5_000) + "\n",
                        "é\"".repeat(200_000))) {
            text.clear();
            text.append(1, entry(0, statement, 0, 0));
            StringBuilder escaped = new StringBuilder();
            JsonText.appendString(escaped, statement);
            assertThat(lines())
                    .endsWith("}\n")
                    .containsOnlyOnce("\n")
                    .contains(",\"statement\":" + escaped + ",\"decision\":");
        }
    }

    @Test
    void writesTimesBeforeAndAfterTheEpochToTheMicrosecond() {
        text.append(1, entry(0, "s", 0, 0));
        text.append(2, entry(-1, "s", 0, 0));
        text.append(3, entry(1_795_600_800_000_420L, "s", 0, 0));
        text.append(4, entry(1_795_600_800_999_999L, "s", 0, 0));
        text.append(5, entry(1_795_600_801_000_000L, "s", 0, 0));
        assertThat(lines().lines().map(line -> line.replaceAll(".*\"time\":\"([^\"]*)\".*", "$1")))
                .containsExactly(
                        "1970-01-01T00:00:00.000000Z",
                        "1969-12-31T23:59:59.999999Z",
                        "2026-11-25T10:00:00.000420Z",
                        "2026-11-25T10:00:00.999999Z",
                        "2026-11-25T10:00:01.000000Z");
    }

    @Test
    void writesEveryNumberAsJavaDoes() {
        for (long number : List.of(0L, -1L, 9L, 10L, 99L, 100L, 999_999_999_999L, Long.MAX_VALUE)) {
            text.clear();
            text.append(number, entry(0, "s", number, number));
            assertThat(lines())
                    .startsWith("{\"seq\":" + number + ",")
                    .contains(",\"rows\":" + number + ",\"duration_us\":" + number + "}");
        }
        text.clear();
        text.append(1, entry(0, "s", Long.MIN_VALUE, 0));
        assertThat(lines()).contains(",\"rows\":" + Long.MIN_VALUE + ",");
    }

    /// Kept escaped forms share slots, and texts may share a hash: "Aa" and "BB" do.
    @Test
    void neverTakesOneTextForAnother() {
        List<String> statements =
                IntStream.range(0, 3_000)
                        .mapToObj(i -> i % 3 == 0 ? "Aa" : i % 3 == 1 ? "BB" : "select " + i)
                        .toList();
        statements.forEach(statement -> text.append(1, entry(0, statement, 0, 0)));
        assertThat(
                        lines().lines()
                                .map(line ->
                                        line.replaceAll(".*\"statement\":\"([^\"]*)\".*", "$1")))
                .containsExactlyElementsOf(statements);
    }

    private String lines() {
        ByteBuffer lines = text.lines();
        assertThat(lines.remaining()).isEqualTo(text.length());
        return StandardCharsets.UTF_8.decode(lines).toString();
    }

    private static AuditEntry entry(long micros, String statement, long rows, long duration) {
        return new AuditEntry(
                micros,
                7,
                "reporter",
                "shop",
                statement,
                "allow",
                "read-only.read",
                "ok",
                "00000",
                rows,
                duration);
    }
}
