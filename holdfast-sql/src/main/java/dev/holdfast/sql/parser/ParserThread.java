package dev.holdfast.sql.parser;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.WasmEngineException;

/// One of a parser's threads and the instance of the grammar that belongs to it.
final class ParserThread {
    /// Enough for what bison accepts (10,000 levels need 8 MiB), compiled or not.
    private static final long STACK_BYTES = 16 << 20;

    /// An instance that has grown beyond this is not kept.
    private static final long KEPT_MEMORY_BYTES_MAX = 16 << 20;

    /// A text, what to do with its outcome, and the promise of what comes of that.
    static final class Job<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final byte[] utf8;
        private final Function<ParseOutcome, T> then;

        Job(byte[] utf8, Function<ParseOutcome, T> then) {
            this.utf8 = utf8;
            this.then = then;
        }

        CompletableFuture<T> result() {
            return result;
        }

        // A failure of any kind is the caller's to see: an unfinished future would hang a session.
        @SuppressWarnings("CatchingUnchecked")
        void finish(ParseOutcome outcome) {
            try {
                result.complete(apply(outcome));
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }

        private T apply(ParseOutcome outcome) {
            try {
                return then.apply(outcome);
            } catch (StackOverflowError e) {
                return then.apply(new ParseOutcome.Unreadable(UnreadableReason.TOO_COMPLEX));
            }
        }
    }

    private final BlockingQueue<Job<?>> queue;
    private final ParserLimits limits;
    private final Thread thread;
    private final Object watch = new Object();

    /// Guarded by [#watch]: whether the grammar is at work, and when it must be done.
    private boolean watched;

    private long deadlineNanos;

    private volatile boolean stopped;
    private @Nullable GrammarInstance instance;

    ParserThread(String name, BlockingQueue<Job<?>> queue, ParserLimits limits) {
        this.queue = queue;
        this.limits = limits;
        thread = new Thread(null, this::run, name, STACK_BYTES);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped = true;
        thread.interrupt();
    }

    /// Ends a parse that has exceeded its time. Endive's code looks at the interrupt in every loop and
    /// call.
    void interruptIfLate(long nowNanos) {
        synchronized (watch) {
            if (watched && nowNanos - deadlineNanos > 0) {
                thread.interrupt();
            }
        }
    }

    private void run() {
        while (!stopped) {
            try {
                Job<?> job = queue.take();
                job.finish(parse(job.utf8));
            } catch (InterruptedException e) {
                // Either stopped, or the watchdog's interrupt came at the very end of a parse.
            }
        }
    }

    private ParseOutcome parse(byte[] utf8) {
        UnreadableReason refusal = refusalOfBytes(utf8);
        if (refusal != null) {
            return new ParseOutcome.Unreadable(refusal);
        }
        return guarded(() -> parse(grammar(), utf8));
    }

    private ParseOutcome parse(GrammarInstance grammar, byte[] utf8) {
        return switch (grammar.parse(utf8, limits.outputBytesMax())) {
            case GrammarInstance.Tree tree ->
                    new ParseOutcome.Parsed(SyntaxTreeReader.read(tree.json(), utf8.length));
            case GrammarInstance.Report report -> {
                UnreadableReason notSyntax = reasonUnlessSyntax(report.file());
                if (notSyntax != null) {
                    throw new ParseAbandoned(notSyntax, report.file());
                }
                yield new ParseOutcome.SyntaxError(report.message(), report.position());
            }
        };
    }

    /// Runs the grammar under the watchdog. Anything but an orderly answer costs the instance.
    private ParseOutcome guarded(Supplier<ParseOutcome> work) {
        UnreadableReason reason;
        beginWatch();
        try {
            ParseOutcome outcome = work.get();
            GrammarInstance used = instance;
            if (used != null && used.memoryBytes() > KEPT_MEMORY_BYTES_MAX) {
                instance = null;
            }
            return outcome;
        } catch (ParseAbandoned e) {
            reason = e.reason();
        } catch (WasmInterruptedException e) {
            reason = UnreadableReason.TOO_SLOW;
        } catch (WasmEngineException e) {
            reason =
                    e.getCause() instanceof StackOverflowError
                            ? UnreadableReason.TOO_COMPLEX
                            : UnreadableReason.PARSER_FAILED;
        } catch (StackOverflowError | OutOfMemoryError e) {
            reason = UnreadableReason.TOO_COMPLEX;
        } catch (RuntimeException e) {
            reason = UnreadableReason.PARSER_FAILED;
        } finally {
            endWatch();
        }
        instance = null;
        return new ParseOutcome.Unreadable(reason);
    }

    private void beginWatch() {
        synchronized (watch) {
            watched = true;
            deadlineNanos = System.nanoTime() + limits.parseTimeMax().toNanos();
        }
    }

    private void endWatch() {
        synchronized (watch) {
            watched = false;
        }
        // From here on no interrupt comes but that of stop(); a late one must not hit the next
        // text.
        Thread.interrupted();
    }

    private GrammarInstance grammar() {
        GrammarInstance grammar = instance;
        if (grammar == null) {
            grammar = GrammarInstance.compiled();
            instance = grammar;
        }
        return grammar;
    }

    /// The grammar is C and takes valid UTF-8 for granted, and a zero byte for the end.
    private static @Nullable UnreadableReason refusalOfBytes(byte[] utf8) {
        boolean ascii = true;
        for (byte b : utf8) {
            if (b == 0) {
                return UnreadableReason.CONTAINS_NUL;
            }
            ascii &= b > 0;
        }
        if (!ascii) {
            try {
                // A new decoder reports what is malformed, where the String constructor replaces
                // it.
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
            } catch (CharacterCodingException e) {
                return UnreadableReason.NOT_UTF8;
            }
        }
        return null;
    }

    /// Errors of the scanner, the grammar and their string functions are syntax errors, after which the
    /// instance is as before. Any other means that the parser itself ran into trouble.
    private static @Nullable UnreadableReason reasonUnlessSyntax(String file) {
        if (file.equals("scan.l")
                || file.equals("gram.y")
                || file.startsWith("src_backend_parser_")
                || file.startsWith("src_backend_utils_mb_")) {
            return null;
        }
        return file.startsWith("src_backend_utils_mmgr_") || file.contains("stringinfo")
                ? UnreadableReason.TOO_COMPLEX
                : UnreadableReason.PARSER_FAILED;
    }
}
