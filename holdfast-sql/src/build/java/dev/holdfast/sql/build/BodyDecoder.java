package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Block;
import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import dev.holdfast.sql.build.Code.Node;
import java.util.ArrayList;
import java.util.List;

/// Reads a function's body into the tree of [Code]. What the grammar's module does not use (several
/// results, vectors, threads) ends the build.
final class BodyDecoder {
    private static final int CALL_INDIRECT = 0x11;
    private static final int DROP = 0x1a;
    private static final int SELECT = 0x1b;
    private static final int FIRST_LOAD = 0x28;
    private static final int LAST_LOAD = 0x35;
    private static final int LAST_STORE = 0x3e;
    private static final int MEMORY_SIZE = 0x3f;
    private static final int MEMORY_GROW = 0x40;
    private static final int I64_CONST = 0x42;
    private static final int F32_CONST = 0x43;
    private static final int F64_CONST = 0x44;
    private static final int FIRST_NUMERIC = 0x45;
    private static final int LAST_NUMERIC = 0xc4;
    private static final int EXTENDED = 0xfc;

    private final WasmModule module;
    private final WasmReader in;
    private final Function function;
    private final List<Block> open = new ArrayList<>();

    private BodyDecoder(WasmModule module, WasmReader in, Function function) {
        this.module = module;
        this.in = in;
        this.function = function;
    }

    static Function decode(WasmModule module, int index, byte[] body) {
        int type = module.typeOfFunction(index);
        Function function = new Function(index, type, module.type(type));
        WasmReader in = new WasmReader(body);
        for (int groups = in.unsigned(); groups > 0; groups--) {
            int count = in.unsigned();
            int valueType = in.unsignedByte();
            for (int i = 0; i < count; i++) {
                function.addLocal(valueType);
            }
        }
        BodyDecoder decoder = new BodyDecoder(module, in, function);
        decoder.open.add(function.root);
        decoder.list(function.root.body);
        if (!in.atEnd()) {
            throw new IllegalStateException("bytes after the end of function " + index);
        }
        return function;
    }

    /// Reads the nodes of one block, up to its end or else, and returns which of them it was. Code
    /// after a jump is never reached, and is dropped.
    private int list(List<Node> nodes) {
        boolean reached = true;
        while (true) {
            int opcode = in.unsignedByte();
            if (opcode == Code.END || opcode == Code.ELSE) {
                return opcode;
            }
            if (opcode == Code.BLOCK || opcode == Code.LOOP || opcode == Code.IF) {
                Block block = block(opcode);
                if (reached) {
                    nodes.add(block);
                }
                continue;
            }
            Instruction instruction = instruction(opcode);
            if (reached && opcode != Code.NOP) {
                nodes.add(instruction);
            }
            reached &= !instruction.jumps();
        }
    }

    private Block block(int kind) {
        int type = (int) in.signed();
        if (type >= 0) {
            throw unsupported("a block with parameters", type);
        }
        Block block = new Block(kind, type == Code.NO_RESULT ? type : type & 0x7f);
        open.add(block);
        if (list(block.body) == Code.ELSE) {
            block.hasElse = true;
            list(block.otherwise);
        }
        open.removeLast();
        return block;
    }

    private Instruction instruction(int opcode) {
        int start = in.position();
        Instruction read = new Instruction(opcode);
        switch (opcode) {
            case Code.UNREACHABLE, Code.NOP -> {}
            case Code.BR, Code.BR_IF, Code.BR_TABLE, Code.RETURN -> {
                return branch(opcode);
            }
            case Code.CALL -> {
                return module.call(in.unsigned());
            }
            case CALL_INDIRECT -> {
                WasmModule.FunctionType type = module.type(in.unsigned());
                in.unsigned(); // the table
                operands(read, type.parameters().size() + 1, type.results().size());
            }
            case DROP -> operands(read, 1, 0);
            case SELECT -> operands(read, 3, 1);
            case Code.LOCAL_GET, Code.LOCAL_SET, Code.LOCAL_TEE -> {
                return Code.local(opcode, in.unsigned());
            }
            case Code.GLOBAL_GET -> {
                in.unsigned();
                operands(read, 0, 1);
            }
            case Code.GLOBAL_SET -> {
                in.unsigned();
                operands(read, 1, 0);
            }
            case MEMORY_SIZE -> {
                in.unsignedByte();
                operands(read, 0, 1);
            }
            case MEMORY_GROW -> {
                in.unsignedByte();
                operands(read, 1, 1);
            }
            case Code.I32_CONST, I64_CONST -> {
                in.signed();
                operands(read, 0, 1);
            }
            case F32_CONST -> {
                in.take(Float.BYTES);
                operands(read, 0, 1);
            }
            case F64_CONST -> {
                in.take(Double.BYTES);
                operands(read, 0, 1);
            }
            case EXTENDED -> extended(read);
            default -> memoryOrNumeric(read);
        }
        read.immediate = in.since(start);
        return read;
    }

    private Instruction branch(int opcode) {
        return switch (opcode) {
            case Code.BR -> Code.branch(label(in.unsigned()));
            case Code.RETURN -> Code.branch(function.root);
            case Code.BR_IF -> {
                Instruction read = Code.branchIf(label(in.unsigned()));
                int carried = read.targets[0].branchOperands();
                operands(read, 1 + carried, carried);
                yield read;
            }
            default -> {
                List<Block> targets = new ArrayList<>();
                for (int entries = in.unsigned(); entries >= 0; entries--) {
                    targets.add(label(in.unsigned()));
                }
                Instruction read = Code.branchTable(targets);
                operands(read, 1 + targets.getLast().branchOperands(), 0);
                yield read;
            }
        };
    }

    private Block label(int depth) {
        return open.get(open.size() - 1 - depth);
    }

    private void extended(Instruction read) {
        int operation = in.unsigned();
        switch (operation) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> operands(read, 1, 1); // trunc_sat
            case 8 -> { // memory.init
                in.unsigned();
                in.unsignedByte();
                operands(read, 3, 0);
            }
            case 9 -> in.unsigned(); // data.drop
            case 10 -> { // memory.copy
                in.unsignedByte();
                in.unsignedByte();
                operands(read, 3, 0);
            }
            case 11 -> { // memory.fill
                in.unsignedByte();
                operands(read, 3, 0);
            }
            default -> throw unsupported("extended operation", operation);
        }
    }

    private void memoryOrNumeric(Instruction read) {
        int opcode = read.opcode;
        if (opcode >= FIRST_LOAD && opcode <= LAST_STORE) {
            in.unsigned(); // alignment
            in.unsignedLong(); // offset
            operands(read, opcode <= LAST_LOAD ? 1 : 2, opcode <= LAST_LOAD ? 1 : 0);
        } else if (opcode >= FIRST_NUMERIC && opcode <= LAST_NUMERIC) {
            operands(read, isUnary(opcode) ? 1 : 2, 1);
        } else {
            throw unsupported("opcode", opcode);
        }
    }

    /// The numeric instructions stand in groups: comparisons, then for each type first the unary and
    /// then the binary ones, then conversions.
    private static boolean isUnary(int opcode) {
        return opcode == 0x45 // i32.eqz
                || opcode == 0x50 // i64.eqz
                || (opcode >= 0x67 && opcode <= 0x69) // i32.clz, ctz, popcnt
                || (opcode >= 0x79 && opcode <= 0x7b) // i64.clz, ctz, popcnt
                || (opcode >= 0x8b && opcode <= 0x91) // f32.abs to f32.sqrt
                || (opcode >= 0x99 && opcode <= 0x9f) // f64.abs to f64.sqrt
                || opcode >= 0xa7; // conversions and sign extensions
    }

    private static void operands(Instruction instruction, int takes, int leaves) {
        instruction.takes = takes;
        instruction.leaves = leaves;
    }

    private static UnsupportedOperationException unsupported(String what, int number) {
        return new UnsupportedOperationException(what + " 0x" + Integer.toHexString(number));
    }
}
