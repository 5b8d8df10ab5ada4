package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Block;
import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import dev.holdfast.sql.build.Code.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Rewrites a WebAssembly module so that it computes the same in smaller functions.
///
/// A compiler to JVM bytecode makes one method of each function. The JVM refuses methods of more than
/// 64 KiB, and HotSpot never compiles those of more than 8,000 bytes: PostgreSQL's grammar, a function
/// of 264 KB, would be interpreted, and the parser a hundred times slower. Parts of such functions are
/// moved into functions of their own: runs of statements by the [Outliner], cases of switches after the
/// [SwitchGrouper] has merged them.
///
/// The result lies in the trusted path. A test compares it with the original module, run by an
/// interpreter, over a collection of statements.
final class WasmSplit {
    /// Bytes that a function's body may have. Bytecode is up to four times as large.
    private static final int BODY_BYTES_MAX = 1800;

    /// Bytes to move into one function.
    private static final int PART_BYTES = 1500;

    /// Bytes below which moving does not pay.
    private static final int PART_BYTES_MIN = 120;

    /// Bytes of a call with parameters and results, about.
    private static final int CALL_BYTES = 50;

    /// A part of almost the whole list would only move the problem.
    private static final double PART_SHARE_MAX = 0.85;

    private static final int GROUPED_CASES_BYTES_MIN = 60;
    private static final int GROUPING_ROUNDS_MAX = 4;

    /// Nodes of a list that may be moved together.
    private record Part(int from, int to, int bytes) {}

    private final WasmModule module;

    private WasmSplit(WasmModule module) {
        this.module = module;
    }

    static byte[] split(byte[] wasm) {
        WasmModule module = new WasmModule(wasm);
        new WasmSplit(module).run();
        return module.encode();
    }

    private void run() {
        for (int i = 0; i < module.bodies.size(); i++) {
            byte[] body = module.bodies.get(i);
            if (body.length > BODY_BYTES_MAX * 5 / 4) {
                Function function = BodyDecoder.decode(module, module.imports() + i, body);
                List<Node> nodes = function.root.body;
                int before;
                do {
                    before = Code.size(nodes);
                    shrink(function, nodes, 0, BODY_BYTES_MAX);
                } while (Code.size(nodes) > BODY_BYTES_MAX && Code.size(nodes) < before * 0.9);
                module.bodies.set(i, BodyEncoder.encode(function));
            }
        }
        // Functions that were added may be too large in their turn, and add others.
        for (int i = 0; i < module.added.size(); i++) {
            Function function = module.added.get(i);
            if (Code.size(function.root.body) > BODY_BYTES_MAX) {
                shrink(function, function.root.body, 0, BODY_BYTES_MAX);
            }
        }
    }

    /// Makes a list small from an index on, as far as it can: first its blocks, then itself.
    private void shrink(Function function, List<Node> nodes, int from, int bytesMax) {
        if (sizeFrom(nodes, from) <= bytesMax) {
            return;
        }
        for (int i = from; i < nodes.size(); i++) {
            if (nodes.get(i) instanceof Block block && Code.size(block) > bytesMax / 2) {
                if (sizeFrom(nodes, from) <= bytesMax) {
                    return;
                }
                List<Block> chain = SwitchGrouper.chain(block);
                if (chain.size() >= 3) {
                    shrinkSwitch(function, chain, bytesMax / 2);
                } else {
                    shrink(function, block.body, 0, bytesMax / 2);
                    if (block.hasElse) {
                        shrink(function, block.otherwise, 0, bytesMax / 2);
                    }
                }
            }
        }
        moveParts(function, nodes, from, bytesMax);
    }

    private void shrinkSwitch(Function function, List<Block> switchChain, int bytesMax) {
        List<Block> chain = switchChain;
        shrink(function, chain.getLast().body, 0, Math.max(bytesMax / 2, PART_BYTES_MIN));
        for (Block block : chain.subList(0, chain.size() - 1)) {
            shrink(function, block.body, 1, PART_BYTES / 2);
        }
        for (int round = 0; round < GROUPING_ROUNDS_MAX; round++) {
            if (Code.size(chain.getFirst()) <= bytesMax) {
                return;
            }
            List<SwitchGrouper.Group> groups = groups(chain);
            if (groups.isEmpty()) {
                return;
            }
            SwitchGrouper.group(module, function, chain, groups);
            for (SwitchGrouper.Group group : groups) {
                Block outer = chain.get(group.low());
                if (Code.size(SwitchGrouper.caseOf(outer)) > GROUPED_CASES_BYTES_MIN) {
                    Outliner.outline(module, function, outer.body, 1, outer.body.size());
                }
            }
            chain = SwitchGrouper.chain(chain.getFirst());
        }
    }

    /// Consecutive cases, from the innermost outwards, that are together of the size of one part.
    private static List<SwitchGrouper.Group> groups(List<Block> chain) {
        List<SwitchGrouper.Group> groups = new ArrayList<>();
        int high = chain.size() - 1;
        while (high > 0) {
            int low = high;
            int bytes = 0;
            while (low > 0) {
                int next = Code.size(SwitchGrouper.caseOf(chain.get(low - 1))) + 5;
                if (low < high && bytes + next > PART_BYTES) {
                    break;
                }
                bytes += next;
                low--;
            }
            if (high - low >= 2) {
                groups.add(new SwitchGrouper.Group(low, high));
            }
            high = low;
        }
        return groups;
    }

    /// Moves as many parts out of a list as it takes to make it small, the largest first.
    private void moveParts(Function function, List<Node> nodes, int from, int bytesMax) {
        int bytes = sizeFrom(nodes, from);
        if (bytes <= bytesMax) {
            return;
        }
        List<Part> parts = parts(nodes, from, bytes);
        parts.sort(Comparator.comparingInt(Part::bytes).reversed());
        List<Part> chosen = new ArrayList<>();
        for (Part part : parts) {
            if (bytes <= bytesMax) {
                break;
            }
            chosen.add(part);
            bytes -= part.bytes() - CALL_BYTES;
        }
        // From the end, so that the indices of those before stay right.
        chosen.sort(Comparator.comparingInt(Part::from).reversed());
        for (Part part : chosen) {
            Outliner.outline(module, function, nodes, part.from(), part.to());
        }
    }

    private static List<Part> parts(List<Node> nodes, int from, int total) {
        List<Integer> boundaries = boundaries(nodes, from);
        List<Part> parts = new ArrayList<>();
        int start = 0;
        while (start + 1 < boundaries.size()) {
            int end = start;
            int bytes = 0;
            while (end + 1 < boundaries.size()) {
                int next =
                        Code.size(nodes.subList(boundaries.get(end), boundaries.get(end + 1)));
                if (end > start && bytes + next > PART_BYTES) {
                    break;
                }
                bytes += next;
                end++;
            }
            if (bytes > PART_BYTES_MIN && bytes < total * PART_SHARE_MAX) {
                parts.add(new Part(boundaries.get(start), boundaries.get(end), bytes));
            }
            start = end;
        }
        return parts;
    }

    /// The indices between statements: where no operand is on the stack.
    private static List<Integer> boundaries(List<Node> nodes, int from) {
        List<Integer> boundaries = new ArrayList<>();
        boundaries.add(from);
        int operands = 0;
        for (int i = from; i < nodes.size(); i++) {
            int takes;
            int leaves;
            switch (nodes.get(i)) {
                case Block block -> {
                    takes = block.kind == Code.IF ? 1 : 0;
                    leaves = block.operandsAfter();
                }
                case Instruction instruction -> {
                    takes = instruction.takes;
                    leaves = instruction.leaves;
                }
            }
            if (operands < takes) {
                throw new IllegalStateException("an operand is missing");
            }
            operands += leaves - takes;
            if (operands == 0) {
                boundaries.add(i + 1);
            }
        }
        return boundaries;
    }

    private static int sizeFrom(List<Node> nodes, int from) {
        return Code.size(nodes.subList(from, nodes.size()));
    }
}
