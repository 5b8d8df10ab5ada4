package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A module, as far as the splitter changes it: types, functions and globals. The other sections are
/// passed on as they are.
final class WasmModule {
    private static final int TYPES = 1;
    private static final int IMPORTS = 2;
    private static final int FUNCTIONS = 3;
    private static final int GLOBALS = 6;
    private static final int CODE = 10;

    /// The order of sections in a module; tags (13) and data count (12) stand out of line.
    private static final int[] SECTION_ORDER = {1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11};

    private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};
    private static final int FUNCTION_TYPE = 0x60;
    private static final int MUTABLE = 1;

    record FunctionType(List<Integer> parameters, List<Integer> results) {
        /// Its one result, or [Code#NO_RESULT].
        int result() {
            if (results.size() > 1) {
                throw new UnsupportedOperationException("several results");
            }
            return results.isEmpty() ? Code.NO_RESULT : results.getFirst();
        }
    }

    private final Map<Integer, byte[]> sections = new TreeMap<>();
    private final List<FunctionType> types = new ArrayList<>();

    /// The type of every function, imported ones first.
    private final List<Integer> functionTypes = new ArrayList<>();

    private final int imports;
    private final int originalGlobals;
    private final byte[] originalGlobalBytes;
    private final List<byte[]> addedGlobals = new ArrayList<>();

    /// The added globals of each value type.
    private final Map<Integer, List<Integer>> slots = new HashMap<>();

    final List<byte[]> bodies = new ArrayList<>();
    final List<Function> added = new ArrayList<>();

    WasmModule(byte[] wasm) {
        WasmReader in = new WasmReader(wasm);
        in.take(HEADER.length);
        while (!in.atEnd()) {
            int id = in.unsignedByte();
            byte[] section = in.take(in.unsigned());
            if (id != 0) { // names and the like
                sections.put(id, section);
            }
        }
        readTypes(section(TYPES));
        imports = readImports(section(IMPORTS));
        WasmReader declared = section(FUNCTIONS);
        for (int count = declared.unsigned(); count > 0; count--) {
            functionTypes.add(declared.unsigned());
        }
        WasmReader globals = section(GLOBALS);
        originalGlobals = globals.unsigned();
        originalGlobalBytes = globals.rest();
        WasmReader code = section(CODE);
        for (int count = code.unsigned(); count > 0; count--) {
            bodies.add(code.take(code.unsigned()));
        }
    }

    private WasmReader section(int id) {
        byte[] section = sections.get(id);
        if (section == null) {
            throw new UnsupportedOperationException("no section " + id);
        }
        return new WasmReader(section);
    }

    private void readTypes(WasmReader in) {
        for (int count = in.unsigned(); count > 0; count--) {
            if (in.unsignedByte() != FUNCTION_TYPE) {
                throw new UnsupportedOperationException("a type that is no function's");
            }
            types.add(new FunctionType(valueTypes(in), valueTypes(in)));
        }
    }

    private static List<Integer> valueTypes(WasmReader in) {
        List<Integer> valueTypes = new ArrayList<>();
        for (int count = in.unsigned(); count > 0; count--) {
            valueTypes.add(in.unsignedByte());
        }
        return valueTypes;
    }

    private int readImports(WasmReader in) {
        int count = in.unsigned();
        for (int i = 0; i < count; i++) {
            in.take(in.unsigned()); // module
            in.take(in.unsigned()); // name
            if (in.unsignedByte() != 0) {
                throw new UnsupportedOperationException("an import that is no function");
            }
            functionTypes.add(in.unsigned());
        }
        return count;
    }

    int imports() {
        return imports;
    }

    FunctionType type(int index) {
        return types.get(index);
    }

    int typeOfFunction(int function) {
        return functionTypes.get(function);
    }

    Instruction call(int function) {
        FunctionType type = types.get(functionTypes.get(function));
        Instruction call = new Instruction(Code.CALL);
        call.immediate = new WasmWriter().unsigned(function).toBytes();
        call.takes = type.parameters().size();
        call.leaves = type.results().size();
        return call;
    }

    /// Adds a function without a body yet.
    Function addFunction(List<Integer> parameters, List<Integer> results) {
        FunctionType signature = new FunctionType(parameters, results);
        int type = types.indexOf(signature);
        if (type < 0) {
            type = types.size();
            types.add(signature);
        }
        Function function = new Function(functionTypes.size(), type, signature);
        functionTypes.add(type);
        added.add(function);
        return function;
    }

    /// A global of this type by its number, made if need be. Such a slot carries a value from just
    /// before a return to just after the call, so that all functions can share them.
    int slot(int valueType, int number) {
        List<Integer> ofType = slots.computeIfAbsent(valueType, _ -> new ArrayList<>());
        while (ofType.size() <= number) {
            ofType.add(originalGlobals + addedGlobals.size());
            addedGlobals.add(zeroGlobal(valueType));
        }
        return ofType.get(number);
    }

    private static byte[] zeroGlobal(int valueType) {
        WasmWriter global = new WasmWriter().oneByte(valueType).oneByte(MUTABLE);
        switch (valueType) {
            case Code.I32 -> global.oneByte(0x41).oneByte(0);
            case Code.I64 -> global.oneByte(0x42).oneByte(0);
            case Code.F32 -> global.oneByte(0x43).bytes(new byte[Float.BYTES]);
            case Code.F64 -> global.oneByte(0x44).bytes(new byte[Double.BYTES]);
            default -> throw new UnsupportedOperationException("value type " + valueType);
        }
        return global.oneByte(Code.END).toBytes();
    }

    byte[] encode() {
        WasmWriter typeSection = new WasmWriter().unsigned(types.size());
        for (FunctionType type : types) {
            typeSection.oneByte(FUNCTION_TYPE).unsigned(type.parameters().size());
            type.parameters().forEach(typeSection::oneByte);
            typeSection.unsigned(type.results().size());
            type.results().forEach(typeSection::oneByte);
        }
        sections.put(TYPES, typeSection.toBytes());

        WasmWriter functionSection = new WasmWriter().unsigned(functionTypes.size() - imports);
        functionTypes.stream().skip(imports).forEach(functionSection::unsigned);
        sections.put(FUNCTIONS, functionSection.toBytes());

        WasmWriter globalSection =
                new WasmWriter()
                        .unsigned(originalGlobals + addedGlobals.size())
                        .bytes(originalGlobalBytes);
        addedGlobals.forEach(globalSection::bytes);
        sections.put(GLOBALS, globalSection.toBytes());

        WasmWriter codeSection = new WasmWriter().unsigned(bodies.size() + added.size());
        bodies.forEach(body -> codeSection.unsigned(body.length).bytes(body));
        for (Function function : added) {
            byte[] body = BodyEncoder.encode(function);
            codeSection.unsigned(body.length).bytes(body);
        }
        sections.put(CODE, codeSection.toBytes());

        WasmWriter module = new WasmWriter().bytes(HEADER);
        for (int id : SECTION_ORDER) {
            byte[] section = sections.get(id);
            if (section != null) {
                module.oneByte(id).unsigned(section.length).bytes(section);
            }
        }
        return module.toBytes();
    }
}
