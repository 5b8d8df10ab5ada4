package dev.holdfast.sql.build;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// A function's body as a tree: a list of nodes, of which blocks hold lists again. A branch points at
/// the block that it leaves (or, for a loop, starts anew), where the binary format counts levels.
final class Code {
    // Value types, and the type of a block without a result.
    static final int I32 = 0x7f;
    static final int I64 = 0x7e;
    static final int F32 = 0x7d;
    static final int F64 = 0x7c;
    static final int NO_RESULT = -64;

    // Opcodes that the splitter treats by name.
    static final int UNREACHABLE = 0x00;
    static final int NOP = 0x01;
    static final int BLOCK = 0x02;
    static final int LOOP = 0x03;
    static final int IF = 0x04;
    static final int ELSE = 0x05;
    static final int END = 0x0b;
    static final int BR = 0x0c;
    static final int BR_IF = 0x0d;
    static final int BR_TABLE = 0x0e;
    static final int RETURN = 0x0f;
    static final int CALL = 0x10;
    static final int LOCAL_GET = 0x20;
    static final int LOCAL_SET = 0x21;
    static final int LOCAL_TEE = 0x22;
    static final int GLOBAL_GET = 0x23;
    static final int GLOBAL_SET = 0x24;
    static final int I32_CONST = 0x41;
    static final int I32_EQ = 0x46;
    static final int I32_AND = 0x71;
    static final int I32_SHR_U = 0x76;

    private static final byte[] NO_BYTES = {};

    private Code() {}

    /// A node of the tree.
    sealed interface Node {}

    /// One instruction.
    static final class Instruction implements Node {
        final int opcode;

        /// What follows the opcode; empty where [#local] or [#targets] say it.
        byte[] immediate = NO_BYTES;

        /// The local that it reads or writes; -1 for none.
        int local = -1;

        /// Where it branches to: one block for br and br_if, several for br_table.
        Block[] targets = {};

        /// Operands that it takes from the stack, and leaves on it.
        int takes;

        int leaves;

        Instruction(int opcode) {
            this.opcode = opcode;
        }

        /// Whether what follows it in its list is never reached. A return is kept as a branch to the
        /// function's root.
        boolean jumps() {
            return opcode == UNREACHABLE || opcode == BR || opcode == BR_TABLE;
        }
    }

    /// A block, loop, if, or the root of a function. Two blocks are equal only if they are the same one.
    static final class Block implements Node {
        static final int ROOT = -1;

        /// [#BLOCK], [#LOOP], [#IF] or [#ROOT].
        final int kind;

        /// A value type or [#NO_RESULT].
        final int result;

        List<Node> body = new ArrayList<>();
        List<Node> otherwise = new ArrayList<>();
        boolean hasElse;

        Block(int kind, int result) {
            this.kind = kind;
            this.result = result;
        }

        /// A block without a result.
        static Block plain() {
            return new Block(BLOCK, NO_RESULT);
        }

        /// Operands that a branch to it carries.
        int branchOperands() {
            return kind == LOOP || result == NO_RESULT ? 0 : 1;
        }

        /// Operands on the stack after it.
        int operandsAfter() {
            return result == NO_RESULT ? 0 : 1;
        }

        boolean isPlain() {
            return kind == BLOCK && result == NO_RESULT;
        }
    }

    /// A function with a body.
    static final class Function {
        final int index;
        final int type;
        final int parameters;
        final Block root;

        /// The types of its locals, parameters first.
        final List<Integer> locals;

        private int exitLocal = -1;
        private int packedLocal = -1;

        Function(int index, int type, WasmModule.FunctionType signature) {
            this.index = index;
            this.type = type;
            parameters = signature.parameters().size();
            locals = new ArrayList<>(signature.parameters());
            root = new Block(Block.ROOT, signature.result());
        }

        int addLocal(int valueType) {
            locals.add(valueType);
            return locals.size() - 1;
        }

        /// The local that holds by which exit an outlined part was left.
        int exitLocal() {
            if (exitLocal < 0) {
                exitLocal = addLocal(I32);
            }
            return exitLocal;
        }

        /// The local that holds target and entry of a table branch into grouped switch cases.
        int packedLocal() {
            if (packedLocal < 0) {
                packedLocal = addLocal(I32);
            }
            return packedLocal;
        }
    }

    // Builders of instructions.

    static Instruction get(int local) {
        return local(LOCAL_GET, local);
    }

    static Instruction set(int local) {
        return local(LOCAL_SET, local);
    }

    static Instruction tee(int local) {
        return local(LOCAL_TEE, local);
    }

    static Instruction local(int opcode, int local) {
        Instruction instruction = new Instruction(opcode);
        instruction.local = local;
        instruction.takes = opcode == LOCAL_GET ? 0 : 1;
        instruction.leaves = opcode == LOCAL_SET ? 0 : 1;
        return instruction;
    }

    static Instruction constant(int value) {
        Instruction instruction = new Instruction(I32_CONST);
        instruction.immediate = new WasmWriter().signed(value).toBytes();
        instruction.leaves = 1;
        return instruction;
    }

    static Instruction binary(int opcode) {
        Instruction instruction = new Instruction(opcode);
        instruction.takes = 2;
        instruction.leaves = 1;
        return instruction;
    }

    static Instruction getGlobal(int global) {
        Instruction instruction = new Instruction(GLOBAL_GET);
        instruction.immediate = new WasmWriter().unsigned(global).toBytes();
        instruction.leaves = 1;
        return instruction;
    }

    static Instruction setGlobal(int global) {
        Instruction instruction = new Instruction(GLOBAL_SET);
        instruction.immediate = new WasmWriter().unsigned(global).toBytes();
        instruction.takes = 1;
        return instruction;
    }

    static Instruction branch(Block target) {
        Instruction instruction = new Instruction(BR);
        instruction.targets = new Block[] {target};
        instruction.takes = target.branchOperands();
        return instruction;
    }

    static Instruction branchIf(Block target) {
        Instruction instruction = new Instruction(BR_IF);
        instruction.targets = new Block[] {target};
        instruction.takes = 1;
        return instruction;
    }

    /// The last target is the default.
    static Instruction branchTable(List<Block> targets) {
        Instruction instruction = new Instruction(BR_TABLE);
        instruction.targets = targets.toArray(new Block[0]);
        instruction.takes = 1;
        return instruction;
    }

    static boolean endsWithJump(List<Node> nodes) {
        return !nodes.isEmpty()
                && nodes.getLast() instanceof Instruction last
                && last.jumps();
    }

    /// Estimates the encoded size in bytes. A branch counts as a near one, a table entry as two, since
    /// each becomes four bytes of JVM bytecode.
    static int size(Node node) {
        return switch (node) {
            case Block block ->
                    3 + size(block.body) + (block.hasElse ? 1 + size(block.otherwise) : 0);
            case Instruction instruction ->
                    switch (instruction.opcode) {
                        case BR_TABLE -> 4 + 2 * instruction.targets.length;
                        case GLOBAL_GET, GLOBAL_SET, CALL -> 4;
                        case BR, BR_IF, LOCAL_GET, LOCAL_SET, LOCAL_TEE -> 2;
                        default -> 1 + instruction.immediate.length;
                    };
        };
    }

    static int size(List<Node> nodes) {
        int size = 0;
        for (Node node : nodes) {
            size += size(node);
        }
        return size;
    }

    /// Every node of the lists and of the blocks in them.
    static List<Node> flatten(List<Node> nodes) {
        List<Node> all = new ArrayList<>();
        addAll(nodes, all);
        return all;
    }

    private static void addAll(List<Node> nodes, List<Node> all) {
        for (Node node : nodes) {
            all.add(node);
            if (node instanceof Block block) {
                addAll(block.body, all);
                addAll(block.otherwise, all);
            }
        }
    }

    /// The targets with each one replaced.
    static Block[] map(Block[] targets, UnaryOperator<Block> replacement) {
        return Arrays.stream(targets).map(replacement).toArray(Block[]::new);
    }
}
