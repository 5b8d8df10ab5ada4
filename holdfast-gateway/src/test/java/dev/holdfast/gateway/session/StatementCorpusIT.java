package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import dev.holdfast.testkit.StatementCorpus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every text of `testdata/statements` through the gateway, on every version of PostgreSQL: what must be
/// refused is refused by the simple and by the extended protocol and leaves the database as it was, and
/// what agents and their tools read is never refused.
@SideBySide
@EveryPostgres
@SuppressWarnings("NullAway.Init") // set before each version's tests
class StatementCorpusIT {
    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;

    StatementCorpusIT(PostgresVersion version) {
        assertThat(version).isEqualTo(postgres.version());
    }

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version) throws IOException {
        postgres = DisposablePostgres.start(version);
        gateway = GatewayFixture.start(postgres);
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                CREATE TABLE students (id int PRIMARY KEY, name text, email text);
                INSERT INTO students SELECT n, 'student', 'e' FROM generate_series(1, 500) n;
                CREATE TABLE courses (id int PRIMARY KEY, name text, title text);
                INSERT INTO courses SELECT n, 'course', 't' FROM generate_series(1, 20) n;
                GRANT ALL ON students, courses TO PUBLIC;
                """);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"refused-classifiers.sql", "refused-transactions.sql", "refused-writes.sql"})
    void whatMustNotRunDoesNot(String file) throws IOException {
        DatabaseContents before = postgres.contents(GatewayFixture.DATABASE);
        List<String> passed = new ArrayList<>();
        for (StatementCorpus.Block block : StatementCorpus.read(file)) {
            try (RawClient client = gateway.login()) {
                client.query(block.text());
                requireRefusal(client.readUntilReady(), "Query", block.text(), passed);
                client.send(new Parse("", block.text(), List.of()), new Sync());
                requireRefusal(client.readUntilReady(), "Parse", block.text(), passed);
            }
        }
        assertThat(passed).isEmpty();
        assertThat(postgres.contents(GatewayFixture.DATABASE)).isEqualTo(before);
    }

    private static void requireRefusal(
            List<String> answers, String how, String text, List<String> passed) {
        boolean refused =
                answers.size() == 2
                        && answers.getFirst().startsWith("E ERROR ")
                        && answers.getFirst().split(" ").length == 4
                        && answers.getLast().equals("ZI");
        if (!refused) {
            passed.add(how + " " + text + " -> " + answers);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reads-everyday.sql",
                "reads-psql.sql",
                "reads-drivers.sql",
                "reads-tools.sql"
            })
    void whatAgentsAndTheirToolsReadIsNotRefused(String file) throws IOException {
        List<String> refused = new ArrayList<>();
        RawClient client = gateway.login();
        for (StatementCorpus.Block block : StatementCorpus.read(file)) {
            if (block.text().matches("(?s).*\\$\\d.*")) {
                client.send(new Parse("", block.text(), List.of()), new Sync());
            } else {
                client.query(block.text());
            }
            List<String> answers = client.readUntilReady();
            if (answers.stream().anyMatch(StatementCorpusIT::isRefusal)) {
                refused.add(block.text() + " -> " + answers);
            }
            if (!answers.getLast().equals("ZI")) {
                client.close();
                client = gateway.login();
            }
        }
        client.close();
        assertThat(refused).isEmpty();
    }

    /// PostgreSQL's own errors, for a table that is not here, carry no rule; and a statement that this
    /// session did not prepare is as unknown to the gateway as it is to PostgreSQL.
    private static boolean isRefusal(String answer) {
        return answer.startsWith("E ")
                && answer.split(" ").length == 4
                && !answer.endsWith(" 26000 protocol.unknown-statement");
    }

    @Test
    void theServerIsTheOneThatWasAskedFor() throws IOException {
        try (RawClient client = gateway.login()) {
            client.query("SELECT current_setting('server_version_num')::int / 10000");
            assertThat(client.readUntilReady()).contains("D " + postgres.version().major());
        }
    }
}
