package dev.holdfast.sql.parser;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.runtime.WasmFunctionHandle;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;

/// What the grammar's WebAssembly module asks of its surroundings: the part of Emscripten's JavaScript
/// that PostgreSQL's parser needs.
///
/// PostgreSQL reports errors by `longjmp`. Emscripten makes of it an exception that the host throws
/// (`emscripten_throw_longjmp`) and catches again in the `invoke_…` functions, through which the module
/// makes every call that a longjmp may cross. Everything else is refused or does nothing: the module can
/// reach neither files nor clock nor network.
final class GrammarHost {
    private static final long[] NOTHING = {};
    private static final long[] ZERO = {0};
    private static final long[] ONE = {1};
    private static final long[] BAD_FILE_DESCRIPTOR = {8};

    /// Memory grows by at least this, 4 MiB, so that growing is rare.
    private static final int GROWTH_PAGES_MIN = 64;

    /// Functions by their names in the module. The names are shortened anew in every build of the
    /// package; these are those of libpg-query 18.1.5, in the order of the alphabet.
    private static final Map<String, String> IMPORTS =
            Map.ofEntries(
                    Map.entry("a", "invoke_iii"),
                    Map.entry("b", "invoke_ii"),
                    Map.entry("c", "__assert_fail"),
                    Map.entry("d", "invoke_iiii"),
                    Map.entry("e", "invoke_v"),
                    Map.entry("f", "invoke_vi"),
                    Map.entry("g", "invoke_i"),
                    Map.entry("h", "invoke_vii"),
                    Map.entry("i", "invoke_viiii"),
                    Map.entry("j", "invoke_viii"),
                    Map.entry("k", "invoke_iiiii"),
                    Map.entry("l", "invoke_ji"),
                    Map.entry("m", "exit"),
                    Map.entry("n", "invoke_viiiiiiiiiiiii"),
                    Map.entry("o", "_setitimer_js"),
                    Map.entry("p", "_emscripten_throw_longjmp"),
                    Map.entry("q", "emscripten_resize_heap"),
                    Map.entry("r", "fd_read"),
                    Map.entry("s", "fd_seek"),
                    Map.entry("t", "fd_write"),
                    Map.entry("u", "fd_close"),
                    Map.entry("v", "proc_exit"),
                    Map.entry("w", "_emscripten_runtime_keepalive_clear"),
                    Map.entry("x", "_abort_js"),
                    Map.entry("y", "invoke_viiiii"));

    /// A longjmp under way.
    private static final class LongJump extends RuntimeException {
        private static final long serialVersionUID = 1;

        private LongJump() {
            super("longjmp", null, false, false);
        }
    }

    /// What the `invoke_…` functions need of the instance, known once it exists.
    private record Bound(
            TableInstance functions,
            ExportFunction stackPointer,
            ExportFunction restoreStack,
            ExportFunction setThrew) {}

    private final int pagesMax;
    private @Nullable Bound bound;

    GrammarHost(int pagesMax) {
        this.pagesMax = pagesMax;
    }

    ImportValues imports(WasmModule module) {
        List<ImportFunction> functions = new ArrayList<>();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            if (!(module.importSection().getImport(i) instanceof FunctionImport wanted)) {
                throw new IllegalStateException("an import that is no function");
            }
            FunctionType type = module.typeSection().getType(wanted.typeIndex());
            String name = IMPORTS.get(wanted.name());
            if (name == null) {
                throw new IllegalStateException("unknown import: " + wanted.name());
            }
            functions.add(new HostFunction(wanted.module(), wanted.name(), type, host(name, type)));
        }
        return ImportValues.builder().withFunctions(functions).build();
    }

    void bind(Instance instance) {
        bound =
                new Bound(
                        instance.exports().table("D"),
                        instance.export("R"),
                        instance.export("Q"),
                        instance.export("P"));
    }

    private WasmFunctionHandle host(String name, FunctionType type) {
        if (name.startsWith("invoke_")) {
            return invoke(type.returns().isEmpty() ? NOTHING : ZERO);
        }
        return switch (name) {
            case "_emscripten_throw_longjmp" ->
                    (_, _) -> {
                        throw new LongJump();
                    };
            // exit(1) is what the module does when it may have no more memory.
            case "exit" ->
                    (_, _) -> {
                        throw new ParseAbandoned(UnreadableReason.TOO_COMPLEX, "exit");
                    };
            case "_abort_js", "__assert_fail", "proc_exit" ->
                    (_, _) -> {
                        throw new ParseAbandoned(UnreadableReason.PARSER_FAILED, name);
                    };
            case "emscripten_resize_heap" -> (instance, arguments) -> grow(instance, arguments[0]);
            case "fd_write" -> GrammarHost::discardOutput;
            case "fd_read", "fd_seek", "fd_close" -> (_, _) -> BAD_FILE_DESCRIPTOR;
            case "_setitimer_js" -> (_, _) -> ZERO;
            case "_emscripten_runtime_keepalive_clear" -> (_, _) -> NOTHING;
            default -> throw new IllegalStateException(name);
        };
    }

    /// Calls a function of the module's table: its index comes first, then its arguments.
    private WasmFunctionHandle invoke(long[] resultOfJump) {
        return (instance, arguments) -> {
            Bound module = bound;
            if (module == null) {
                throw new IllegalStateException("invoked before bind");
            }
            long stackPointer = module.stackPointer().apply()[0];
            try {
                int function = module.functions().requiredRef((int) arguments[0]);
                return instance.getMachine()
                        .call(function, Arrays.copyOfRange(arguments, 1, arguments.length));
            } catch (LongJump e) {
                module.restoreStack().apply(stackPointer);
                module.setThrew().apply(1, 0);
                return resultOfJump;
            }
        };
    }

    private long[] grow(Instance instance, long bytesWanted) {
        int before = instance.memory().pages();
        int wanted = (int) (((bytesWanted & 0xffff_ffffL) + 0xffff) >>> 16);
        if (wanted <= before) {
            return ONE;
        }
        if (wanted > pagesMax) {
            return ZERO;
        }
        int after = Math.min(pagesMax, Math.max(wanted, before + GROWTH_PAGES_MIN));
        return instance.memory().grow(after - before) < 0 ? ZERO : ONE;
    }

    /// Says that everything was written, and writes nothing: a gateway's own output is not the parser's.
    private static long[] discardOutput(Instance instance, long[] arguments) {
        int vectors = (int) arguments[1];
        int bytes = 0;
        for (int i = 0; i < (int) arguments[2]; i++) {
            bytes += instance.memory().readInt(vectors + 8 * i + 4);
        }
        instance.memory().writeI32((int) arguments[3], bytes);
        return ZERO;
    }
}
