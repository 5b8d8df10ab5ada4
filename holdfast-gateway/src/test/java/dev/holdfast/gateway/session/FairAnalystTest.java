package dev.holdfast.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.parser.UnreadableReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class FairAnalystTest {
    private static final Analysis DONE = new Analysis.Malformed("done", 0);

    private final List<String> started = new ArrayList<>();
    private final List<CompletableFuture<Analysis>> running = new ArrayList<>();
    private final FairAnalyst fair = new FairAnalyst(this::analyse);

    private CompletionStage<Analysis> analyse(Principal principal, byte[] text) {
        CompletableFuture<Analysis> result = new CompletableFuture<>();
        started.add(new String(text, UTF_8));
        running.add(result);
        return result;
    }

    private static Principal principal(String agent) {
        return new Principal(agent, "shop", "read-only");
    }

    private CompletionStage<Analysis> ask(String agent, String text) {
        return fair.analyse(principal(agent), text.getBytes(UTF_8));
    }

    @Test
    void anAgentWaitsForItselfAlone() {
        for (int i = 0; i < 200; i++) {
            ask("hostile", "slow " + i);
        }
        ask("honest", "quick");
        assertThat(started).containsExactly("slow 0", "quick");
    }

    @Test
    void theTextsOfAnAgentAreTakenInTheirOrder() {
        CompletionStage<Analysis> first = ask("agent", "1");
        CompletionStage<Analysis> second = ask("agent", "2");
        running.get(0).complete(DONE);
        assertThat(first).isCompletedWithValue(DONE);
        assertThat(second).isNotDone();
        running.get(1).complete(DONE);
        assertThat(second).isCompletedWithValue(DONE);
        ask("agent", "3");
        assertThat(started).containsExactly("1", "2", "3");
    }

    @Test
    void aFailureGivesTheTurnOn() {
        CompletionStage<Analysis> first = ask("agent", "1");
        CompletionStage<Analysis> second = ask("agent", "2");
        running.get(0).completeExceptionally(new IllegalStateException("defect"));
        assertThat(first).isCompletedExceptionally();
        running.get(1).complete(DONE);
        assertThat(second).isCompletedWithValue(DONE);
    }

    @Test
    void whatWaitsForOneAgentIsBounded() {
        String text = "x".repeat(1 << 20);
        ask("hostile", text);
        CompletionStage<Analysis> last = ask("hostile", text);
        for (int i = 0; i < 16; i++) {
            last = ask("hostile", text);
        }
        assertThat(last)
                .isCompletedWithValue(new Analysis.Unreadable(UnreadableReason.PARSER_BUSY));
        assertThat(started).hasSize(1);
    }

    @Test
    void aBacklogThatIsAnsweredAtOnceNeedsNoStack() {
        FairAnalyst prompt =
                new FairAnalyst((principal, text) ->
                        text.length == 1
                                ? analyse(principal, text)
                                : CompletableFuture.completedFuture(DONE));
        prompt.analyse(principal("agent"), new byte[1]);
        CompletionStage<Analysis> last = CompletableFuture.completedFuture(DONE);
        for (int i = 0; i < 50_000; i++) {
            last = prompt.analyse(principal("agent"), new byte[2]);
        }
        running.get(0).complete(DONE);
        assertThat(last).isCompletedWithValue(DONE);
    }
}
