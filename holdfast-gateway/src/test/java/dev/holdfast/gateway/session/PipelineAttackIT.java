package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Close;
import dev.holdfast.pgwire.FrontendMessage.CopyDone;
import dev.holdfast.pgwire.FrontendMessage.Describe;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Seeds;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Messages in any order, sent to PostgreSQL directly and through the gateway: where nothing is refused,
/// the answers are the same, and so whatever is refused later meets the same state.
@SideBySide
class PipelineAttackIT {
    private static final List<String> STATEMENTS =
            List.of(
                    "SELECT 1",
                    "SELECT id FROM customer ORDER BY id LIMIT 3",
                    "SELECT 1/(id - 2) FROM customer ORDER BY id LIMIT 3",
                    "SELECT missing",
                    "",
                    "BEGIN",
                    "COMMIT",
                    "ROLLBACK",
                    "SAVEPOINT s",
                    "ROLLBACK TO s",
                    "COPY (SELECT id FROM customer ORDER BY id LIMIT 2) TO STDOUT",
                    "SHOW transaction_read_only",
                    "DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id",
                    "FETCH 2 FROM c",
                    "CLOSE c",
                    "EXPLAIN (COSTS off) SELECT 1",
                    "VALUES (1), (2)");
    private static final List<String> SIMPLE =
            List.of("SELECT 1; SELECT 2", "SELECT 1; SELECT 1/0; SELECT 3", ";", "SELECT 1;;");
    private static final List<String> NAMES = List.of("", "a", "b");

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;

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

    private static <T> T any(RandomGenerator random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static FrontendMessage message(RandomGenerator random) {
        String name = any(random, NAMES);
        DescribeTarget target =
                random.nextBoolean() ? DescribeTarget.STATEMENT : DescribeTarget.PORTAL;
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> new Parse(name, any(random, STATEMENTS), List.of());
            case 3, 4, 5 -> new Bind(any(random, NAMES), name, List.of(), List.of(), List.of());
            case 6, 7 -> new Execute(name, random.nextInt(3));
            case 8 -> new Describe(target, name);
            case 9 -> new Close(target, name);
            case 10 -> random.nextInt(4) == 0 ? new CopyDone() : new Flush();
            default -> new Query(any(random, random.nextInt(3) == 0 ? SIMPLE : STATEMENTS));
        };
    }

    /// What comes back until the Sync at the end is answered; the rule that the gateway names aside.
    private static List<String> answers(RawClient client, List<FrontendMessage> messages)
            throws IOException {
        client.send(messages.toArray(FrontendMessage[]::new));
        // Marks the end, whatever the messages before it were.
        client.send(new Sync(), new Query("SELECT 'the end'"));
        List<String> answers = new ArrayList<>();
        do {
            for (String answer : client.readUntilReady()) {
                answers.add(answer.startsWith("E ") ? String.join(" ", parts(answer)) : answer);
            }
        } while (!answers.contains("D the end") && !endsFailed(answers));
        return answers;
    }

    /// In a failed transaction block the mark is an error like every other statement.
    private static boolean endsFailed(List<String> answers) {
        int size = answers.size();
        return size >= 3
                && answers.get(size - 1).equals("ZE")
                && answers.get(size - 2).equals("E ERROR 25P02")
                && answers.get(size - 3).startsWith("Z");
    }

    private static List<String> parts(String answer) {
        List<String> parts = List.of(answer.split(" ", -1));
        return parts.subList(0, Math.min(3, parts.size()));
    }

    @Test
    void theAnswersAreThoseOfPostgres() {
        InetSocketAddress direct = new InetSocketAddress(postgres.host(), postgres.port());
        Seeds.check(
                150,
                random -> {
                    List<List<FrontendMessage>> batches = new ArrayList<>();
                    for (int batch = 0; batch < 4; batch++) {
                        List<FrontendMessage> messages = new ArrayList<>();
                        for (int i = random.nextInt(1, 12); i > 0; i--) {
                            messages.add(message(random));
                        }
                        batches.add(messages);
                    }
                    try (RawClient through = gateway.login();
                            RawClient beside =
                                    RawClient.login(
                                            direct,
                                            "holdfast_agent",
                                            GatewayFixture.PASSWORD,
                                            GatewayFixture.DATABASE)) {
                        beside.query("SET default_transaction_read_only = on").readUntilReady();
                        for (List<FrontendMessage> messages : batches) {
                            assertThat(answers(through, messages))
                                    .as(messages.toString())
                                    .isEqualTo(answers(beside, messages));
                        }
                    }
                });
    }
}
