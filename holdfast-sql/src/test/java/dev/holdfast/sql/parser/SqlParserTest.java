package dev.holdfast.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SqlParserTest {
    private static final SqlParser PARSER = new SqlParser(ParserLimits.defaults());

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void parsesAStatementIntoATree() {
        ParseOutcome outcome = parse("SELECT id FROM shop.orders; DELETE FROM x");

        assertThat(outcome).isInstanceOf(ParseOutcome.Parsed.class);
        ParseOutcome.Parsed parsed = (ParseOutcome.Parsed) outcome;
        assertThat(parsed.statements())
                .extracting(s -> s.tree().type())
                .containsExactly("SelectStmt", "DeleteStmt");
        assertThat(parsed.statements())
                .extracting(ParseOutcome.Statement::start)
                .containsExactly(0, 28);
        assertThat(parsed.statements())
                .extracting(ParseOutcome.Statement::end)
                .containsExactly(26, 41);
        Node from = parsed.statements().getFirst().tree().nodes("fromClause").getFirst();
        assertThat(from.text("schemaname")).isEqualTo("shop");
    }

    @Test
    void givesPostgresqlsMessageForASyntaxError() {
        assertThat(parse("SELECT FROM WHERE"))
                .isEqualTo(new ParseOutcome.SyntaxError("syntax error at or near \"WHERE\"", 13));
    }

    private static ParseOutcome parse(String sql) {
        return PARSER.parse(sql.getBytes(StandardCharsets.UTF_8));
    }
}
