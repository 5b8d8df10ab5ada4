package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Block;
import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import dev.holdfast.sql.build.Code.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which locals of a function are live: may still be read before they are written again. Found for the
/// places between the nodes of one list, and for every block as the target of a branch. A set of locals
/// is a bit mask.
final class Liveness {
    private static final int LOCALS_MAX = 63;

    private final List<Node> wanted;
    private final long[] liveBefore;
    private final Map<Block, Long> liveAtLabel = new HashMap<>();

    Liveness(Function function, List<Node> wanted) {
        if (function.locals.size() > LOCALS_MAX) {
            throw new UnsupportedOperationException("more than " + LOCALS_MAX + " locals");
        }
        this.wanted = wanted;
        liveBefore = new long[wanted.size() + 1];
        liveAtLabel.put(function.root, 0L);
        before(function.root.body, 0);
    }

    /// Live before the node at this index of the list; at its size, after the last.
    long before(int index) {
        return liveBefore[index];
    }

    /// Live where a branch to this block continues.
    long atLabel(Block block) {
        Long live = liveAtLabel.get(block);
        if (live == null) {
            throw new IllegalStateException("a branch to a block that is not open");
        }
        return live;
    }

    // The very list is meant, not an equal one.
    @SuppressWarnings("ReferenceEquality")
    private long before(List<Node> nodes, long after) {
        boolean isWanted = nodes == wanted;
        long live = after;
        if (isWanted) {
            liveBefore[nodes.size()] = live;
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            live = before(nodes.get(i), live);
            if (isWanted) {
                liveBefore[i] = live;
            }
        }
        return live;
    }

    private long before(Node node, long after) {
        return switch (node) {
            case Block block -> before(block, after);
            case Instruction instruction -> before(instruction, after);
        };
    }

    private long before(Block block, long after) {
        if (block.kind == Code.LOOP) {
            long assumed = 0;
            while (true) { // until what the loop needs no longer grows
                liveAtLabel.put(block, assumed);
                long found = before(block.body, after);
                if (found == assumed) {
                    return found;
                }
                assumed = found;
            }
        }
        liveAtLabel.put(block, after);
        long live = before(block.body, after);
        if (block.kind == Code.IF) {
            live |= block.hasElse ? before(block.otherwise, after) : after;
        }
        return live;
    }

    private long before(Instruction instruction, long after) {
        long local = instruction.local < 0 ? 0 : 1L << instruction.local;
        return switch (instruction.opcode) {
            case Code.UNREACHABLE -> 0;
            case Code.BR, Code.BR_TABLE -> atLabels(instruction);
            case Code.BR_IF -> after | atLabels(instruction);
            case Code.LOCAL_GET -> after | local;
            default -> after & ~local;
        };
    }

    private long atLabels(Instruction instruction) {
        long live = 0;
        for (Block target : instruction.targets) {
            live |= atLabel(target);
        }
        return live;
    }
}
