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
    /// Enough for what bison accepts: 10,000 levels need 8 MiB.
    private static final long STACK_BYTES = 16 << 20;

    /// An instance whose memory has grown beyond this is not kept.
    private static final long KEPT_MEMORY_BYTES_MAX = 16 << 20;

    /// Something to do on a parser's thread.
    ///
    /// @param work what to do
    /// @param refusal what to answer where it cannot be done
    record Job<T>(
            CompletableFuture<T> result,
            Function<ParserThread, T> work,
            Function<UnreadableReason, T> refusal) {

        void run(ParserThread thread) {
            finish(() -> {
                try {
                    return work.apply(thread);
                } catch (StackOverflowError e) {
                    return refusal.apply(UnreadableReason.TOO_COMPLEX);
                }
            });
        }

        void refuse(UnreadableReason reason) {
            finish(() -> refusal.apply(reason));
        }

        // Whatever goes wrong is for the caller to see: a future that is never done hangs a
        // session.
        private void finish(Supplier<T> answer) {
            try {
                result.complete(answer.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }
    }

    /// What the grammar is asked for.
    private interface Question<T> {
        T ask(GrammarInstance grammar);
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

    boolean isCurrent() {
        return thread.equals(Thread.currentThread());
    }

    /// Ends a parse that has exceeded its time. The compiled grammar looks at the interrupt in every
    /// loop and call.
    void interruptIfLate(long nowNanos) {
        synchronized (watch) {
            if (watched && nowNanos - deadlineNanos > 0) {
                thread.interrupt();
            }
        }
    }

    private void run() {
        loadGrammar();
        while (!stopped) {
            try {
                queue.take().run(this);
            } catch (InterruptedException e) {
                // Only stop() interrupts a thread that is not watched; the loop's condition ends
                // it.
            }
        }
    }

    /// The first parse loads a megabyte of classes, which no statement's time limit should pay for.
    private void loadGrammar() {
        try {
            byte[] text = WarmUp.texts().getFirst();
            parse(grammar(), text);
            Redaction.of(text, grammar().scan(text, limits.outputBytesMax()));
        } catch (RuntimeException | LinkageError e) {
            instance = null; // The first statement will meet the same failure, and report it.
        }
    }

    ParseOutcome parse(byte[] utf8) {
        return ask(utf8, grammar -> parse(grammar, utf8), ParseOutcome.Unreadable::new);
    }

    String redact(byte[] utf8) {
        return ask(utf8, grammar -> redact(grammar, utf8), _ -> Redaction.placeholder(utf8));
    }

    private String redact(GrammarInstance grammar, byte[] utf8) {
        String plain = PlainRedaction.of(utf8);
        return plain == null
                ? Redaction.of(utf8, grammar.scan(utf8, limits.outputBytesMax()))
                : plain;
    }

    PlpgsqlOutcome parsePlpgsql(byte[] utf8) {
        return ask(utf8, grammar -> parsePlpgsql(grammar, utf8), PlpgsqlOutcome.Unreadable::new);
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

    private PlpgsqlOutcome parsePlpgsql(GrammarInstance grammar, byte[] utf8) {
        byte[] answer = grammar.parsePlpgsql(utf8, limits.outputBytesMax());
        if (answer.length > 0 && answer[0] == '{') {
            return PlpgsqlReader.read(answer);
        }
        // The compiler of PL/pgSQL keeps state in global variables, which an error leaves half
        // made.
        instance = null;
        return new PlpgsqlOutcome.SyntaxError(new String(answer, StandardCharsets.UTF_8));
    }

    /// Asks the grammar under the watchdog. Anything but an orderly answer costs the instance.
    private <T> T ask(byte[] utf8, Question<T> question, Function<UnreadableReason, T> refusal) {
        UnreadableReason reason = refusalOfBytes(utf8);
        if (reason != null) {
            return refusal.apply(reason);
        }
        try {
            GrammarInstance grammar = grammar();
            beginWatch();
            T answer = question.ask(grammar);
            if (instance != null && instance.memoryBytes() > KEPT_MEMORY_BYTES_MAX) {
                instance = null;
            }
            return answer;
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
        return refusal.apply(reason);
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
        // The watchdog is silent from here on; an interrupt that came late must not hit the next
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

    /// The grammar is C: it takes valid UTF-8 for granted, and a zero byte for the end.
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
                // A new decoder reports what is malformed; the String constructor would replace it.
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
