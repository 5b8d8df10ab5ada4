package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.parser.UnreadableReason;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Gives agents turns at the [Analyst], so that one that sends texts which take long to parse makes only
/// itself wait.
///
/// Each agent has one text at the analyst at a time, whatever the number of its sessions; the others wait
/// here. The analyst's own queue then never holds more texts than there are agents. One at a time is
/// no bound that honest agents feel: a text takes microseconds, and most are answered from the cache.
final class FairAnalyst {
    /// More than this waits for no agent; what comes on top is refused as if the parsers were busy.
    private static final long WAITING_BYTES_MAX = 16 << 20;

    private final Analyst analyst;

    /// Agents with a text at the analyst. Guarded by itself.
    private final Map<String, Turns> agents = new HashMap<>();

    private static final class Waiting {
        private static final int OVERHEAD_BYTES = 256;

        private final Principal principal;
        private final byte[] text;
        private final CompletableFuture<Analysis> result = new CompletableFuture<>();

        private Waiting(Principal principal, byte[] text) {
            this.principal = principal;
            this.text = text;
        }

        private int cost() {
            return text.length + OVERHEAD_BYTES;
        }
    }

    /// The texts of one agent that wait behind the one at the analyst.
    private static final class Turns {
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        private long bytes;
    }

    FairAnalyst(Analyst analyst) {
        this.analyst = analyst;
    }

    /// Analyses a text when it is the agent's turn. Returns at once; for any thread.
    CompletionStage<Analysis> analyse(Principal principal, byte[] text) {
        String agent = principal.agent();
        Waiting next = new Waiting(principal, text);
        synchronized (agents) {
            Turns turns = agents.get(agent);
            if (turns != null) {
                if (turns.bytes + next.cost() > WAITING_BYTES_MAX) {
                    next.result.complete(new Analysis.Unreadable(UnreadableReason.PARSER_BUSY));
                } else {
                    turns.waiting.add(next);
                    turns.bytes += next.cost();
                }
                return next.result;
            }
            agents.put(agent, new Turns());
        }
        run(agent, next);
        return next.result;
    }

    /// Runs texts of one agent as long as they are answered at once: a loop, for a backlog must not
    /// become a stack.
    private void run(String agent, Waiting first) {
        Waiting waiting = first;
        while (waiting != null) {
            Waiting current = waiting;
            CompletableFuture<Analysis> analysed = begin(current);
            if (!analysed.isDone()) {
                CompletionStage<Analysis> later = analysed;
                later.whenComplete((_, _) -> {
                    // The next one first: whoever waits for this result may take its time.
                    Waiting next = next(agent);
                    pass(analysed, current.result);
                    if (next != null) {
                        run(agent, next);
                    }
                });
                return;
            }
            waiting = next(agent);
            pass(analysed, current.result);
        }
    }

    private CompletableFuture<Analysis> begin(Waiting waiting) {
        try {
            return analyst.analyse(waiting.principal, waiting.text).toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// What analyses rest on now, see [Analyst#basis].
    Object basis(Principal principal) {
        return analyst.basis(principal);
    }

    /// Why no parameter may have a type, see [Analyst#typeHazard].
    @Nullable String typeHazard(Principal principal, long oid) {
        return analyst.typeHazard(principal, oid);
    }

    private static void pass(CompletionStage<Analysis> from, CompletableFuture<Analysis> to) {
        from.whenComplete((analysis, failure) -> {
            if (failure == null) {
                to.complete(analysis);
            } else {
                to.completeExceptionally(failure);
            }
        });
    }

    private @Nullable Waiting next(String agent) {
        synchronized (agents) {
            Turns turns = agents.get(agent);
            Waiting next = turns == null ? null : turns.waiting.poll();
            if (turns == null || next == null) {
                agents.remove(agent);
                return null;
            }
            turns.bytes -= next.cost();
            return next;
        }
    }
}
