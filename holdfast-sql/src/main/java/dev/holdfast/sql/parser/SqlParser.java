package dev.holdfast.sql.parser;

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
    /// more with [UnreadableReason#TOO_COMPLEX]. Stages that depend on the future run on the parser's
    /// thread unless they are given an executor. A text that is refused at once (too long, or no room in
    /// the queue) is given to the function on the calling thread. Never blocks.
    ///
    /// @param utf8 the text; must not be changed until the future is done
    /// @return what the function returned, or the exception that it threw
    public <T> CompletableFuture<T> submit(byte[] utf8, Function<ParseOutcome, T> then) {
        if (utf8.length > limits.textBytesMax()) {
            return refuse(UnreadableReason.TOO_LONG, then);
        }
        ParserThread.Job<T> job = new ParserThread.Job<>(utf8, then);
        if (closed || !queue.offer(job)) {
            return refuse(UnreadableReason.PARSER_BUSY, then);
        }
        if (closed) {
            // close() may have emptied the queue before the offer; nobody would take the job.
            refuseWaiting();
        }
        return job.result();
    }

    /// Parses a text and waits for the outcome.
    public ParseOutcome parse(byte[] utf8) {
        return submit(utf8, Function.identity()).join();
    }

    /// Ends the parser's threads. Texts that wait are refused as [UnreadableReason#PARSER_BUSY], those
    /// being parsed as [UnreadableReason#TOO_SLOW].
    @Override
    public void close() {
        closed = true;
        watchdog.interrupt();
        threads.forEach(ParserThread::stop);
        refuseWaiting();
    }

    private void refuseWaiting() {
        List<ParserThread.Job<?>> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        waiting.forEach(
                job -> job.finish(new ParseOutcome.Unreadable(UnreadableReason.PARSER_BUSY)));
    }

    private static <T> CompletableFuture<T> refuse(
            UnreadableReason reason, Function<ParseOutcome, T> then) {
        ParserThread.Job<T> job = new ParserThread.Job<>(new byte[0], then);
        job.finish(new ParseOutcome.Unreadable(reason));
        return job.result();
    }

    /// Looks ten times within the time that a text may take; cheaper than a timer for each text, of
    /// which most take a thousandth of it.
    private void watch() {
        Duration pause = limits.parseTimeMax().dividedBy(10);
        while (!closed) {
            LockSupport.parkNanos(pause.toNanos());
            long now = System.nanoTime();
            threads.forEach(thread -> thread.interruptIfLate(now));
        }
    }
}
