package dev.holdfast.sql.parser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PlpgsqlTest {
    private static final SqlParser PARSER = new SqlParser(ParserLimits.defaults());

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void findsEveryPieceOfSqlInAFunction() {
        PlpgsqlOutcome outcome =
                PARSER.parsePlpgsql(
                        """
                        CREATE FUNCTION f(a int) RETURNS void LANGUAGE plpgsql AS $$
                        DECLARE n int := a + 1;
                        BEGIN
                          IF n > 2 THEN DELETE FROM t WHERE id = n; END IF;
                          FOR n IN SELECT id FROM u LOOP EXECUTE 'DROP ' || n; END LOOP;
                          RETURN;
                        END $$
                        """);

        PlpgsqlOutcome.Parsed parsed = (PlpgsqlOutcome.Parsed) outcome;
        assertThat(parsed.statementTypes())
                .contains("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_execsql", "PLpgSQL_stmt_fors");
        assertThat(parsed.queries())
                .containsExactlyInAnyOrder(
                        "a + 1",
                        "n > 2",
                        "DELETE FROM t WHERE id = n",
                        "SELECT id FROM u",
                        "'DROP ' || n");
    }

    @Test
    void findsTheSqlOfADoStatement() {
        PlpgsqlOutcome outcome = PARSER.parsePlpgsql("DO $$ BEGIN PERFORM f(1); END $$");

        assertThat(((PlpgsqlOutcome.Parsed) outcome).queries()).containsExactly("SELECT f(1)");
    }

    @Test
    void givesPostgresqlsMessageForAnError() {
        assertThat(function("BEGIN foo; END"))
                .isEqualTo(new PlpgsqlOutcome.SyntaxError("syntax error at or near \"foo\""));
        assertThat(function("BEGIN RETURN; END")).isInstanceOf(PlpgsqlOutcome.Parsed.class);
    }

    @Test
    void refusesAsTheParserOfSqlDoes() {
        assertThat(function("BEGIN\0END"))
                .isEqualTo(new PlpgsqlOutcome.Unreadable(UnreadableReason.CONTAINS_NUL));
        assertThat(function(" ".repeat(2 << 20)))
                .isEqualTo(new PlpgsqlOutcome.Unreadable(UnreadableReason.TOO_LONG));
        assertThat(function("BEGIN ".repeat(50_000))).isNotInstanceOf(PlpgsqlOutcome.Parsed.class);
        assertThat(function("BEGIN RETURN; END")).isInstanceOf(PlpgsqlOutcome.Parsed.class);
    }

    private static PlpgsqlOutcome function(String body) {
        return PARSER.parsePlpgsql(
                "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$" + body + "$$");
    }
}
