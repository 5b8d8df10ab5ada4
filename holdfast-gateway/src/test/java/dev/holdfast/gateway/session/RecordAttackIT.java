package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Close;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An agent that wants to read without the record showing what it read.
class RecordAttackIT {
    private static final String HARMLESS = "SELECT 1";
    private static final String WANTED = "SELECT max(name) FROM customer";
    private static final String SIXTY_THREE = "n".repeat(63);

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        client = gateway.login();
        gateway.record.entries.clear();
    }

    @AfterEach
    void logout() throws IOException {
        client.close();
    }

    private List<String> run(FrontendMessage... messages) throws IOException {
        return client.send(messages).readUntilReady();
    }

    private static Parse parse(String name, String sql) {
        return new Parse(name, sql, List.of());
    }

    private static Bind bind(String portal, String statement) {
        return new Bind(portal, statement, List.of(), List.of(), List.of());
    }

    private static List<String> recorded() {
        return gateway.record.entries.stream().map(AuditEntry::statement).toList();
    }

    /// Where the wanted value came back, the record must show the statement that brought it.
    private static void assertNothingReadUnseen(List<String> answers) {
        if (answers.contains("D customer 999")) {
            assertThat(recorded()).anyMatch(statement -> statement.contains("FROM customer"));
        }
    }

    @Test
    void statementsWhoseNamesPostgresDoesNotTellApartAreRefused() throws IOException {
        String one = SIXTY_THREE + "X";
        String other = SIXTY_THREE + "Y";
        run(parse(one, HARMLESS), new Sync());
        run(new Close(DescribeTarget.STATEMENT, other), new Sync());
        run(parse(SIXTY_THREE + "Z", WANTED), new Sync());
        List<String> answers = run(bind("", one), new Execute("", 0), new Sync());
        assertNothingReadUnseen(answers);
        assertThat(answers).doesNotContain("D customer 999").last().isEqualTo("ZI");
    }

    @Test
    void portalsWhoseNamesPostgresDoesNotTellApartAreRefused() throws IOException {
        String one = SIXTY_THREE + "X";
        run(parse("a", HARMLESS), parse("b", WANTED), new Sync());
        List<String> answers =
                run(
                        bind(one, "a"),
                        new Close(DescribeTarget.PORTAL, SIXTY_THREE + "Y"),
                        bind(SIXTY_THREE + "Z", "b"),
                        new Execute(one, 0),
                        new Sync());
        assertNothingReadUnseen(answers);
        assertThat(answers).containsExactly("E ERROR 26000 protocol.ambiguous-name", "ZI");
    }

    @Test
    void namesThatTheEncodingOfTheDatabaseCouldMakeEqualAreRefused() throws IOException {
        assertThat(run(parse("é", HARMLESS), new Sync()))
                .containsExactly("E ERROR 26000 protocol.ambiguous-name", "ZI");
        assertThat(run(new Query("PREPARE \"é\" AS " + HARMLESS)))
                .containsExactly("E ERROR 26000 protocol.ambiguous-name", "ZI");
        assertThat(run(parse(SIXTY_THREE, HARMLESS), new Sync()))
                .containsExactly("ParseComplete", "ZI");
    }

    @Test
    void executeShowsWhatItRan() throws IOException {
        run(parse("quiet", WANTED), new Sync());
        assertThat(run(new Query("EXECUTE quiet"))).contains("D customer 999");
        assertThat(recorded()).containsExactly("EXECUTE quiet -- quiet: " + WANTED);
    }

    @Test
    void executeInAnExtendedQueryShowsWhatItRan() throws IOException {
        run(parse("quiet", WANTED), new Sync());
        List<String> answers =
                run(
                        parse("", "EXPLAIN ANALYZE EXECUTE quiet"),
                        bind("", ""),
                        new Execute("", 0),
                        new Sync());
        assertThat(answers).last().isEqualTo("ZI");
        assertThat(recorded()).containsExactly("EXPLAIN ANALYZE EXECUTE quiet -- quiet: " + WANTED);
    }

    @Test
    void fetchShowsWhatItRan() throws IOException {
        List<String> answers =
                run(
                        parse("quiet", WANTED),
                        bind("cursor", "quiet"),
                        parse("", "FETCH ALL FROM cursor"),
                        bind("", ""),
                        new Execute("", 0),
                        new Sync());
        assertThat(answers).contains("D customer 999");
        assertThat(recorded()).containsExactly("FETCH ALL FROM cursor -- cursor: " + WANTED);
    }

    @Test
    void aPortalThatCloseHasEndedIsForgotten() throws IOException {
        run(new Query("BEGIN"));
        run(parse("quiet", HARMLESS), bind("cursor", "quiet"), new Sync());
        run(new Query("CLOSE cursor"));
        run(new Query("DECLARE cursor CURSOR FOR " + WANTED));
        assertThat(run(new Execute("cursor", 0), new Sync()))
                .containsExactly("E ERROR 34000 protocol.unknown-portal", "ZE");
    }

    /// Both requests are sent before the first is answered, so the second is judged by what the names
    /// meant before.
    @Test
    void aNameThatChangesItsMeaningInThePipelineShowsWhatItRan() throws IOException {
        run(parse("quiet", HARMLESS), new Sync());
        gateway.record.entries.clear();
        client.send(
                new Query("DEALLOCATE quiet; PREPARE quiet AS " + WANTED),
                bind("", "quiet"),
                new Execute("", 0),
                new Sync());
        client.readUntilReady();
        assertNothingReadUnseen(client.readUntilReady());
    }
}
