package dev.holdfast.sql.parser;

import static dev.holdfast.sql.parser.Corpus.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlParserTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final SqlParser PARSER =
            new SqlParser(new ParserLimits(2, 4096, 1 << 20, 16 << 20, LONG));

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void tellsTheStatementsOfATextApartByBytes() {
        List<ParseOutcome.Statement> statements =
                statements("SELECT 'é' FROM shop.orders; -- next\n DELETE FROM x ; ");

        assertThat(statements)
                .extracting(statement -> statement.tree().type())
                .containsExactly("SelectStmt", "DeleteStmt");
        assertThat(statements).extracting(ParseOutcome.Statement::start).containsExactly(0, 39);
        assertThat(statements).extracting(ParseOutcome.Statement::end).containsExactly(28, 53);
    }

    @Test
    void findsNoStatementInATextWithoutAny() {
        assertThat(statements("")).isEmpty();
        assertThat(statements(" ; /* nothing */ ; -- at all")).isEmpty();
    }

    // The messages and positions are those of a PostgreSQL 18 server; positions count characters.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "SELECT FROM WHERE | syntax error at or near \"WHERE\" | 13",
                "SELECT 'é' FROM FROM | syntax error at or near \"FROM\" | 17",
                "SELECT '🎓' 'x | unterminated quoted string at or near \"'x\" | 12",
                "SELECT 1 /* x | unterminated /* comment at or near \"/* x\" | 10",
                "CREATE ROLE r NONSENSE | unrecognized role option \"nonsense\" | 15",
                "SELECT 0x | invalid hexadecimal integer at or near \"0x\" | 8",
                "SELECT U&'\\D800' | invalid Unicode surrogate pair | 16",
                "SELECT 1abc | trailing junk after numeric literal at or near \"1abc\" | 8",
            })
    void givesPostgresqlsMessageAndPosition(String sql, String message, int position) {
        assertThat(PARSER.parse(utf8(sql)))
                .isEqualTo(new ParseOutcome.SyntaxError(message, position));
    }

    @Test
    void runsTheFunctionOnAThreadWithRoomToRecurse() {
        Integer depth = PARSER.submit(utf8("SELECT 1"), _ -> descend(50_000)).join();

        assertThat(depth).isEqualTo(50_000);
    }

    @Test
    void tellsTheFunctionWhenTheStackDidNotSuffice() {
        ParseOutcome told =
                PARSER.submit(
                                utf8("SELECT 1"),
                                outcome -> {
                                    if (outcome instanceof ParseOutcome.Parsed) {
                                        descend(Integer.MAX_VALUE);
                                    }
                                    return outcome;
                                })
                        .join();

        assertThat(told).isEqualTo(new ParseOutcome.Unreadable(UnreadableReason.TOO_COMPLEX));
    }

    @Test
    void handsOnWhatTheFunctionThrows() {
        CompletableFuture<Integer> future =
                PARSER.submit(
                        utf8("SELECT 1"),
                        _ -> {
                            throw new IllegalStateException("mine");
                        });

        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("mine");
        assertThat(statements("SELECT 1")).hasSize(1);
    }

    @Test
    void answersManyCallersAtOnce() {
        List<CompletableFuture<String>> futures = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            String table = "t" + i;
            futures.add(
                    PARSER.submit(
                            utf8("SELECT * FROM " + table + (i % 3 == 0 ? " WHERE" : "")),
                            outcome ->
                                    outcome instanceof ParseOutcome.Parsed parsed
                                            ? relation(parsed)
                                            : "error"));
        }

        for (int i = 0; i < futures.size(); i++) {
            assertThat(futures.get(i).join()).isEqualTo(i % 3 == 0 ? "error" : "t" + i);
        }
    }

    @Test
    void refusesWhatFindsNoRoomInTheQueue() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (SqlParser parser = new SqlParser(new ParserLimits(1, 1, 1 << 20, 16 << 20, LONG))) {
            CompletableFuture<Boolean> working =
                    parser.submit(
                            utf8("SELECT 1"),
                            _ -> {
                                started.countDown();
                                return await(goOn);
                            });
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<ParseOutcome> waiting =
                    parser.submit(utf8("SELECT 2"), outcome -> outcome);

            ParseOutcome third = parser.parse(utf8("SELECT 3"));

            assertThat(third).isEqualTo(new ParseOutcome.Unreadable(UnreadableReason.PARSER_BUSY));
            goOn.countDown();
            assertThat(working.join()).isTrue();
            assertThat(waiting.join()).isInstanceOf(ParseOutcome.Parsed.class);
        }
    }

    @Test
    void refusesEverythingOnceClosed() {
        SqlParser parser = new SqlParser(ParserLimits.defaults());
        parser.close();

        assertThat(parser.parse(utf8("SELECT 1")))
                .isEqualTo(new ParseOutcome.Unreadable(UnreadableReason.PARSER_BUSY));
        assertThat(parser.redact(utf8("SELECT 1"))).startsWith("<unreadable: 8 bytes, sha256 ");
    }

    @Test
    void servesStatementsWhileItWarmsUp() {
        CompletableFuture<Void> warm = PARSER.warmUp(Duration.ofMillis(200));

        assertThat(statements("SELECT 1")).hasSize(1);
        warm.join();
        assertThat(statements("SELECT 1")).hasSize(1);
    }

    private static String relation(ParseOutcome.Parsed parsed) {
        Node select = parsed.statements().getFirst().tree();
        return select.nodes("fromClause").getFirst().text("relname");
    }

    private static int descend(int levels) {
        return levels == 0 ? 0 : 1 + descend(levels - 1);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static List<ParseOutcome.Statement> statements(String sql) {
        ParseOutcome outcome = PARSER.parse(utf8(sql));
        assertThat(outcome).isInstanceOf(ParseOutcome.Parsed.class);
        return ((ParseOutcome.Parsed) outcome).statements();
    }
}
