package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Block;
import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import dev.holdfast.sql.build.Code.Node;
import java.util.ArrayList;
import java.util.List;

/// Writes the tree of [Code] as a function's body.
final class BodyEncoder {
    private static final int EMPTY_BLOCK_TYPE = 0x40;

    private final WasmWriter out = new WasmWriter();
    private final List<Block> open = new ArrayList<>();

    private BodyEncoder() {}

    static byte[] encode(Function function) {
        BodyEncoder encoder = new BodyEncoder();
        encoder.locals(function);
        encoder.open.add(function.root);
        function.root.body.forEach(encoder::node);
        return encoder.out.oneByte(Code.END).toBytes();
    }

    /// Locals are declared in runs of the same type.
    private void locals(Function function) {
        List<int[]> runs = new ArrayList<>();
        for (int i = function.parameters; i < function.locals.size(); i++) {
            int type = function.locals.get(i);
            if (!runs.isEmpty() && runs.getLast()[1] == type) {
                runs.getLast()[0]++;
            } else {
                runs.add(new int[] {1, type});
            }
        }
        out.unsigned(runs.size());
        runs.forEach(run -> out.unsigned(run[0]).oneByte(run[1]));
    }

    private void node(Node node) {
        switch (node) {
            case Block block -> block(block);
            case Instruction instruction -> instruction(instruction);
        }
    }

    private void block(Block block) {
        out.oneByte(block.kind);
        out.oneByte(block.result == Code.NO_RESULT ? EMPTY_BLOCK_TYPE : block.result);
        open.add(block);
        block.body.forEach(this::node);
        if (block.hasElse) {
            out.oneByte(Code.ELSE);
            block.otherwise.forEach(this::node);
        }
        open.removeLast();
        out.oneByte(Code.END);
    }

    private void instruction(Instruction instruction) {
        out.oneByte(instruction.opcode);
        if (instruction.local >= 0) {
            out.unsigned(instruction.local);
        } else if (instruction.targets.length > 0) {
            if (instruction.opcode == Code.BR_TABLE) {
                out.unsigned(instruction.targets.length - 1);
            }
            for (Block target : instruction.targets) {
                out.unsigned(depth(target));
            }
        } else {
            out.bytes(instruction.immediate);
        }
    }

    private int depth(Block target) {
        int index = open.indexOf(target);
        if (index < 0) {
            throw new IllegalStateException("a branch to a block that is not open");
        }
        return open.size() - 1 - index;
    }
}
