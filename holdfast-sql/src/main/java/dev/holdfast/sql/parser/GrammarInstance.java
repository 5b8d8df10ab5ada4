package dev.holdfast.sql.parser;

import dev.holdfast.sql.parser.generated.PostgresGrammar;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.MemoryLimits;

/// One running copy of PostgreSQL's grammar with its own memory. For one thread at a time.
///
/// After any exception its C stack and heap are in an unknown state: it must not be used again.
final class GrammarInstance {
    /// What the module declares: 34 MiB at first and 128 MiB at most.
    private static final int PAGES_INITIAL = 544;

    private static final int PAGES_MAX = 2048;

    /// PostgreSQL's messages quote a token of the text, which can be long.
    private static final int MESSAGE_BYTES_MAX = 2 << 20;

    /// The answer of [#parse].
    sealed interface Answer {}

    /// The syntax tree, as JSON in UTF-8.
    static final class Tree implements Answer {
        private final byte[] json;

        private Tree(byte[] json) {
            this.json = json;
        }

        byte[] json() {
            return json;
        }
    }

    /// PostgreSQL's `ereport(ERROR)`.
    ///
    /// @param file the C source file that raised it, as `scan.l`
    /// @param position 1-based in characters, 0 where there is none
    record Report(String message, String file, int position) implements Answer {}

    private final PagedMemory memory;
    private final ExportFunction malloc;
    private final ExportFunction free;
    private final ExportFunction parse;
    private final ExportFunction freeParseResult;
    private final ExportFunction scan;
    private final ExportFunction parsePlpgsql;
    private final ExportFunction freeString;

    /// An instance that runs as JVM bytecode.
    static GrammarInstance compiled() {
        return new GrammarInstance(PostgresGrammar.load(), PostgresGrammar::create);
    }

    /// @param machine what runs the module's functions
    GrammarInstance(WasmModule module, Function<Instance, Machine> machine) {
        GrammarHost host = new GrammarHost(PAGES_MAX);
        Instance instance =
                Instance.builder(module)
                        .withImportValues(host.imports(module))
                        .withStart(false)
                        .withMachineFactory(machine)
                        .withMemoryLimits(new MemoryLimits(PAGES_INITIAL, PAGES_MAX))
                        .withMemoryFactory(PagedMemory::new)
                        .build();
        memory = (PagedMemory) instance.memory();
        host.bind(instance);
        // The shortened export names of libpg-query 18.1.5, as in GrammarHost.
        malloc = instance.export("C");
        free = instance.export("E");
        parse = instance.export("F");
        freeParseResult = instance.export("G");
        parsePlpgsql = instance.export("H");
        scan = instance.export("M");
        freeString = instance.export("N");
        instance.export("A").apply(); // __wasm_call_ctors
    }

    /// Bytes of Java heap that its memory takes.
    long memoryBytes() {
        return memory.touchedBytes();
    }

    /// Parses SQL.
    ///
    /// @param utf8 valid UTF-8 without zero bytes
    /// @throws ParseAbandoned where a limit was hit
    Answer parse(byte[] utf8, int outputBytesMax) {
        int text = allocate(utf8);
        int result = (int) parse.apply(text)[0];
        if (result == 0) {
            throw outOfMemory();
        }
        // struct PgQueryParseResult { char *parse_tree; char *stderr_buffer; PgQueryError *error; }
        int error = memory.readInt(result + 8);
        Answer answer;
        if (error == 0) {
            answer = new Tree(memory.readUntilZero(memory.readInt(result), outputBytesMax));
        } else {
            // struct PgQueryError { char *message, *funcname, *filename; int lineno, cursorpos; … }
            answer =
                    new Report(
                            string(memory.readInt(error)),
                            string(memory.readInt(error + 8)),
                            memory.readInt(error + 16));
        }
        freeParseResult.apply(result);
        free.apply(text);
        return answer;
    }

    /// The tokens of a text as JSON, or, where it does not scan, an error message.
    byte[] scan(byte[] utf8, int outputBytesMax) {
        return call(scan, utf8, outputBytesMax);
    }

    /// The syntax tree of the PL/pgSQL function that a `CREATE FUNCTION` statement makes, as JSON, or
    /// an error message.
    byte[] parsePlpgsql(byte[] utf8, int outputBytesMax) {
        return call(parsePlpgsql, utf8, outputBytesMax);
    }

    private byte[] call(ExportFunction function, byte[] utf8, int outputBytesMax) {
        int text = allocate(utf8);
        int result = (int) function.apply(text)[0];
        if (result == 0) {
            throw outOfMemory();
        }
        byte[] answer = memory.readUntilZero(result, outputBytesMax);
        freeString.apply(result);
        free.apply(text);
        return answer;
    }

    private int allocate(byte[] utf8) {
        int address = (int) malloc.apply(utf8.length + 1)[0];
        if (address == 0) {
            throw outOfMemory();
        }
        memory.write(address, utf8);
        memory.writeByte(address + utf8.length, (byte) 0);
        return address;
    }

    private String string(int address) {
        return address == 0
                ? ""
                : new String(
                        memory.readUntilZero(address, MESSAGE_BYTES_MAX), StandardCharsets.UTF_8);
    }

    private static ParseAbandoned outOfMemory() {
        return new ParseAbandoned(UnreadableReason.TOO_COMPLEX, "malloc");
    }
}
