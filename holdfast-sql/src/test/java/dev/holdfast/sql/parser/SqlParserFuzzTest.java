package dev.holdfast.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Whatever the bytes: an outcome, whose statements lie within the text and in order, and a redaction
/// that is one line and redacts to itself.
class SqlParserFuzzTest {
    private static final SqlParser PARSER =
            new SqlParser(new ParserLimits(1, 16, 1 << 20, 16 << 20, Duration.ofSeconds(5)));

    @FuzzTest
    void readsAnyBytes(byte[] text) {
        ParseOutcome outcome = PARSER.parse(text);

        switch (outcome) {
            case ParseOutcome.Parsed parsed -> {
                int end = 0;
                for (ParseOutcome.Statement statement : parsed.statements()) {
                    assertThat(statement.start()).isGreaterThanOrEqualTo(end);
                    assertThat(statement.end()).isBetween(statement.start(), text.length);
                    end = statement.end();
                    statement.tree().walk(node -> assertThat(node.type()).isNotEmpty());
                }
            }
            case ParseOutcome.SyntaxError error ->
                    assertThat(error.position()).isBetween(0, text.length + 1);
            case ParseOutcome.Unreadable unreadable ->
                    assertThat(unreadable.reason()).isNotEqualTo(UnreadableReason.PARSER_FAILED);
        }
    }

    @FuzzTest
    void redactsAnyBytes(byte[] text) {
        String redacted = PARSER.redact(text);

        if (!redacted.startsWith("<unreadable: ")) {
            assertThat(PARSER.redact(redacted.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(redacted);
        }
    }
}
