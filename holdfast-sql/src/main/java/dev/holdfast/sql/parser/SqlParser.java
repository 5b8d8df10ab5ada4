package dev.holdfast.sql.parser;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/// Parses SQL with PostgreSQL's own grammar, on threads of its own. For any number of callers.
///
/// A text can be hostile: it may nest so deep that no stack holds it, or take quadratic time. So every
/// text is parsed within [ParserLimits], on a thread with a large stack, under a watchdog, by an instance
/// of the grammar that is thrown away whenever anything but a syntax error comes of it. Whatever
/// exceeds a limit is [ParseOutcome.Unreadable], and the next text finds the parser at work as before.
///
/// The grammar reads text as a server does whose `standard_conforming_strings` is on and whose
/// `client_encoding` is UTF8. Who forwards what was parsed here must pin both.
public final class SqlParser implements AutoCloseable {
    private final ParserLimits limits;
    private final BlockingQueue<ParserThread.Job<?>> queue;
    private final List<ParserThread> threads = new ArrayList<>();
    private final Thread watchdog;
    private volatile boolean closed;

    public SqlParser(ParserLimits limits) {
        this.limits = limits;
        queue = new ArrayBlockingQueue<>(limits.queueLength());
        for (int i = 1; i <= limits.threads(); i++) {
            threads.add(new ParserThread("holdfast-parser-" + i, queue, limits));
        }
        watchdog =
                Thread.ofPlatform()
                        .daemon()
                        .name("holdfast-parser-watchdog")
                        .unstarted(this::watch);
        threads.forEach(ParserThread::start);
        watchdog.start();
    }

    /// Parses a text and gives the outcome to a function, both on a parser's thread.
    ///
    /// The function may recurse as deep as the tree: if the stack does not suffice, it is called once
    /// more with [UnreadableReason#TOO_COMPLEX]. It may call [#redact], which then runs on the same
    /// thread. Stages that depend on the future run on the parser's thread unless they are given an
    /// executor. A text that is refused at once (too long, or no room in the queue) is given to the
    /// function on the calling thread. Never blocks.
    ///
    /// @param utf8 the text; must not be changed until the future is done
    /// @return what the function returned, or the exception that it threw
    public <T> CompletableFuture<T> submit(byte[] utf8, Function<ParseOutcome, T> then) {
        return enqueue(
                utf8,
                thread -> then.apply(thread.parse(utf8)),
                reason -> then.apply(new ParseOutcome.Unreadable(reason)));
    }

    /// Parses a text and waits for the outcome, unless called on a parser's thread: what is asked for
    /// while another text is judged is parsed at once.
    public ParseOutcome parse(byte[] utf8) {
        return call(utf8, thread -> thread.parse(utf8), ParseOutcome.Unreadable::new);
    }

    /// Parses the body of the PL/pgSQL function that a `CREATE FUNCTION` statement makes, or of a
    /// `DO` statement, and waits for the outcome.
    public PlpgsqlOutcome parsePlpgsql(String functionDefinition) {
        byte[] utf8 = functionDefinition.getBytes(StandardCharsets.UTF_8);
        return call(utf8, thread -> thread.parsePlpgsql(utf8), PlpgsqlOutcome.Unreadable::new);
    }

    /// The text in a form that may stand in a record: on one line, without comments, and with `$n` in
    /// place of every constant, counting on from the text's own parameters. In place of a text that
    /// cannot be read, its length and the start of its SHA-256.
    ///
    /// Waits for a parser's thread, unless called on one.
    public String redact(byte[] utf8) {
        return call(utf8, thread -> thread.redact(utf8), _ -> Redaction.placeholder(utf8));
    }

    /// Parses a small collection of statements over and over, so that the JVM compiles the grammar: the
    /// first text takes a thousand times as long as one of the warmed parser. Runs in the background
    /// and leaves parsers free for other texts.
    ///
    /// @return done when the time is over
    public CompletableFuture<Void> warmUp(Duration time) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        long end = System.nanoTime() + time.toNanos();
        Thread.ofPlatform()
                .daemon()
                .name("holdfast-parser-warm-up")
                .start(() -> {
                    while (!closed && System.nanoTime() - end < 0) {
                        for (byte[] text : WarmUp.texts()) {
                            submit(text, _ -> redact(text)).join();
                        }
                    }
                    done.complete(null);
                });
        return done;
    }

    /// Ends the parser's threads. Texts that wait are refused as [UnreadableReason#PARSER_BUSY], those
    /// being parsed as [UnreadableReason#TOO_SLOW].
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watchdog);
        threads.forEach(ParserThread::stop);
        refuseWaiting();
    }

    private <T> T call(
            byte[] utf8, Function<ParserThread, T> work, Function<UnreadableReason, T> refusal) {
        for (ParserThread thread : threads) {
            if (thread.isCurrent()) {
                return utf8.length > limits.textBytesMax()
                        ? refusal.apply(UnreadableReason.TOO_LONG)
                        : work.apply(thread);
            }
        }
        return enqueue(utf8, work, refusal).join();
    }

    private <T> CompletableFuture<T> enqueue(
            byte[] utf8, Function<ParserThread, T> work, Function<UnreadableReason, T> refusal) {
        ParserThread.Job<T> job = new ParserThread.Job<>(new CompletableFuture<>(), work, refusal);
        if (utf8.length > limits.textBytesMax()) {
            job.refuse(UnreadableReason.TOO_LONG);
        } else if (closed || !queue.offer(job)) {
            job.refuse(UnreadableReason.PARSER_BUSY);
        } else if (closed) {
            // close() may have emptied the queue before the offer; nobody would take the job.
            refuseWaiting();
        }
        return job.result();
    }

    private void refuseWaiting() {
        List<ParserThread.Job<?>> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        waiting.forEach(job -> job.refuse(UnreadableReason.PARSER_BUSY));
    }

    /// Looks ten times within the time that a text may take; cheaper than a timer for each text, of
    /// which most take a thousandth of it.
    private void watch() {
        long pauseNanos = limits.parseTimeMax().dividedBy(10).toNanos();
        while (!closed) {
            LockSupport.parkNanos(this, pauseNanos);
            long now = System.nanoTime();
            threads.forEach(thread -> thread.interruptIfLate(now));
        }
    }
}
