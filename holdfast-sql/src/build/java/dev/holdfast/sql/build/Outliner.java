package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Block;
import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import dev.holdfast.sql.build.Code.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Moves a run of nodes of a function into a function of its own and puts a call in their place.
///
/// - The locals that the run reads become parameters.
/// - The locals that it writes and that are live afterwards come back in globals ([WasmModule#slot]);
///   a single one on a single way out comes back as the result.
/// - The run may be left by its end and by branches to blocks around it: its exits. Where there are
///   several, the result says by which one it was left, 0 being the end, and the caller branches on.
///   A value that a branch carries comes back in slot 0 of its type.
final class Outliner {
    private final WasmModule module;
    private final Function caller;
    private final List<Node> region;
    private final Set<Block> inside = new HashSet<>();

    /// The blocks around the run that it branches to, each an exit.
    private final List<Block> exits = new ArrayList<>();

    private long used;
    private long written;

    private final boolean endReached;
    private final long parameters;
    private final long backAtEnd;
    private final List<Long> backAtExit = new ArrayList<>();
    private final long back;
    private final boolean severalWaysOut;
    private final boolean localIsResult;

    private final Map<Integer, Integer> slotOfLocal = new HashMap<>();
    private final Map<Integer, Integer> localInCallee = new HashMap<>();

    private Outliner(WasmModule module, Function caller, List<Node> list, int from, int to) {
        this.module = module;
        this.caller = caller;
        Liveness live = new Liveness(caller, list);
        region = new ArrayList<>(list.subList(from, to));
        look();
        endReached = !Code.endsWithJump(region);
        parameters = live.before(from) & used;
        backAtEnd = endReached ? live.before(to) & written : 0;
        long union = backAtEnd;
        for (Block exit : exits) {
            long atExit = live.atLabel(exit) & written;
            backAtExit.add(atExit);
            union |= atExit;
        }
        back = union;
        int waysOut = exits.size() + (endReached ? 1 : 0);
        severalWaysOut = waysOut > 1;
        boolean carriesValue = exits.stream().anyMatch(exit -> exit.branchOperands() > 0);
        localIsResult = waysOut == 1 && Long.bitCount(back) == 1 && !carriesValue;
    }

    /// Moves the nodes from one index of the list up to another.
    static void outline(WasmModule module, Function caller, List<Node> list, int from, int to) {
        Outliner outliner = new Outliner(module, caller, list, from, to);
        Function callee = outliner.callee();
        outliner.fill(callee);
        List<Node> call = outliner.call(callee);
        list.subList(from, to).clear();
        list.addAll(from, call);
    }

    private void look() {
        List<Node> nodes = Code.flatten(region);
        for (Node node : nodes) {
            if (node instanceof Block block) {
                inside.add(block);
            }
        }
        for (Node node : nodes) {
            if (node instanceof Instruction instruction) {
                if (instruction.local >= 0) {
                    used |= 1L << instruction.local;
                    if (instruction.opcode != Code.LOCAL_GET) {
                        written |= 1L << instruction.local;
                    }
                }
                for (Block target : instruction.targets) {
                    if (!inside.contains(target) && !exits.contains(target)) {
                        exits.add(target);
                    }
                }
            }
        }
    }

    /// The new function, and where each local is kept in it and on the way back.
    private Function callee() {
        List<Integer> parameterTypes =
                locals(parameters).stream().map(caller.locals::get).toList();
        List<Integer> results = List.of();
        if (localIsResult) {
            results = List.of(caller.locals.get(Long.numberOfTrailingZeros(back)));
        } else if (severalWaysOut) {
            results = List.of(Code.I32);
        }
        Function callee = module.addFunction(parameterTypes, results);
        for (int local : locals(parameters)) {
            localInCallee.put(local, localInCallee.size());
        }
        for (int local : locals(used & ~parameters)) {
            localInCallee.put(local, callee.addLocal(caller.locals.get(local)));
        }
        Map<Integer, Integer> taken = new HashMap<>();
        for (int local : locals(back)) {
            int type = caller.locals.get(local);
            slotOfLocal.put(local, module.slot(type, taken.merge(type, 1, Integer::sum)));
        }
        return callee;
    }

    /// The body: the run, in one block more for each exit, which its branches now lead to; after the
    /// end of each block stands what hands the values back.
    private void fill(Function callee) {
        Map<Block, Block> doors = new HashMap<>();
        for (Block exit : exits) {
            doors.put(
                    exit,
                    new Block(
                            Code.BLOCK,
                            exit.branchOperands() > 0 ? exit.result : Code.NO_RESULT));
        }
        for (Node node : Code.flatten(region)) {
            if (node instanceof Instruction instruction) {
                if (instruction.local >= 0) {
                    instruction.local = inCallee(instruction.local);
                }
                instruction.targets =
                        Code.map(instruction.targets, target -> doors.getOrDefault(target, target));
            }
        }
        List<Node> body = new ArrayList<>(region);
        if (endReached) {
            handBack(backAtEnd, body);
            if (severalWaysOut) {
                body.add(Code.constant(0));
                body.add(Code.branch(callee.root));
            }
        }
        for (int number = 0; number < exits.size(); number++) {
            Block exit = exits.get(number);
            Block door = doors.getOrDefault(exit, exit);
            door.body = body;
            if (door.result != Code.NO_RESULT && !Code.endsWithJump(door.body)) {
                throw new IllegalStateException("a block with a result is left at its end");
            }
            body = new ArrayList<>();
            body.add(door);
            if (exit.branchOperands() > 0) {
                body.add(Code.setGlobal(module.slot(exit.result, 0)));
            }
            handBack(backAtExit.get(number), body);
            if (severalWaysOut) {
                body.add(Code.constant(number + 1));
            }
            if (number + 1 < exits.size()) {
                body.add(Code.branch(callee.root));
            }
        }
        callee.root.body = body;
    }

    private void handBack(long values, List<Node> body) {
        for (int local : locals(values)) {
            body.add(Code.get(inCallee(local)));
            if (!localIsResult) {
                body.add(Code.setGlobal(slot(local)));
            }
        }
        if (localIsResult && values == 0) {
            throw new IllegalStateException("no value to return");
        }
    }

    /// What stands in the caller in place of the run.
    private List<Node> call(Function callee) {
        List<Node> call = new ArrayList<>();
        for (int local : locals(parameters)) {
            call.add(Code.get(local));
        }
        call.add(module.call(callee.index));
        if (localIsResult) {
            call.add(Code.set(Long.numberOfTrailingZeros(back)));
        } else {
            if (severalWaysOut) {
                call.add(Code.set(caller.exitLocal()));
            }
            for (int local : locals(back)) {
                call.add(Code.getGlobal(slot(local)));
                call.add(Code.set(local));
            }
        }
        if (severalWaysOut) {
            branchOn(call);
        } else if (!endReached && !exits.isEmpty()) {
            Block exit = exits.getFirst();
            if (exit.branchOperands() > 0) {
                call.add(Code.getGlobal(module.slot(exit.result, 0)));
            }
            call.add(Code.branch(exit));
        }
        return call;
    }

    /// Branches to the exit whose number came back.
    private void branchOn(List<Node> call) {
        int exitLocal = caller.exitLocal();
        List<Integer> plain = new ArrayList<>();
        for (int number = 0; number < exits.size(); number++) {
            Block exit = exits.get(number);
            if (exit.branchOperands() == 0) {
                plain.add(number);
                continue;
            }
            Block taken = new Block(Code.IF, Code.NO_RESULT);
            call.add(Code.get(exitLocal));
            call.add(Code.constant(number + 1));
            call.add(Code.binary(Code.I32_EQ));
            call.add(taken);
            taken.body.add(Code.getGlobal(module.slot(exit.result, 0)));
            taken.body.add(Code.branch(exit));
        }
        if (plain.size() == 1 && endReached) {
            call.add(Code.get(exitLocal));
            if (exits.size() > 1) {
                call.add(Code.constant(plain.getFirst() + 1));
                call.add(Code.binary(Code.I32_EQ));
            }
            call.add(Code.branchIf(exits.get(plain.getFirst())));
        } else if (!plain.isEmpty()) {
            branchByTable(call, plain.getLast() + 1);
        } else if (!endReached) {
            call.add(new Instruction(Code.UNREACHABLE));
        }
    }

    private void branchByTable(List<Node> call, int highest) {
        Block past = Block.plain();
        Block otherwise = endReached ? past : exits.get(highest - 1);
        List<Block> targets = new ArrayList<>();
        for (int result = 0; result <= highest; result++) {
            boolean isPlainExit = result > 0 && exits.get(result - 1).branchOperands() == 0;
            targets.add(isPlainExit ? exits.get(result - 1) : otherwise);
        }
        targets.add(otherwise);
        List<Node> nodes = List.of(Code.get(caller.exitLocal()), Code.branchTable(targets));
        if (endReached) {
            past.body.addAll(nodes);
            call.add(past);
        } else {
            call.addAll(nodes);
        }
    }

    private int inCallee(int local) {
        return localInCallee.getOrDefault(local, -1);
    }

    private int slot(int local) {
        return slotOfLocal.getOrDefault(local, -1);
    }

    private static List<Integer> locals(long mask) {
        return BitSet.valueOf(new long[] {mask}).stream().boxed().toList();
    }
}
