package dev.holdfast.sql.build;

import dev.holdfast.sql.build.Code.Block;
import dev.holdfast.sql.build.Code.Function;
import dev.holdfast.sql.build.Code.Instruction;
import dev.holdfast.sql.build.Code.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Merges cases of a large switch into groups, each of which can then be moved out.
///
/// LLVM makes of a switch a chain: a block that starts with a block that starts with a block, and so
/// on; the innermost holds a br_table, and after each block stands the code of one case, which falls
/// through to the next. A group takes the code of consecutive cases. It is entered at one point, after
/// its innermost block, with the case in a local, and finds the case by a br_table of its own:
///
/// ```
/// block                          block
///   block                          block      ;; from further in: entry local := case; br here
///     block                          …
///       …                          end
///     end                          block block local.get entry; br_table end
///     case 2             ⇒           case 2
///   end                            end
///   case 1                         case 1
/// end                            end
/// ```
///
/// The br_table from further in would need to set the local before it branches: it asks a small
/// function that maps its index to target and case.
final class SwitchGrouper {
    private static final int TABLE_ENTRIES_MAX = 200;
    private static final int CHUNK_BITS = 7;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /// Target and case share a number: the target above, the case below.
    private static final int CASE_BITS = 16;

    private static final int CASE_MASK = (1 << CASE_BITS) - 1;

    /// Cases that become one group: those after the blocks with index `low + 1` to `high`.
    record Group(int low, int high) {}

    /// Where a branch leads after grouping.
    ///
    /// @param entry what the entry local must be set to; -1 for nothing
    private record Entry(Block target, int entry) {}

    private final WasmModule module;
    private final Function function;
    private final List<Block> chain;
    private final int entryLocal;

    /// By index of a block in the chain: the group that its case went to, null for none.
    private final @Nullable Group[] groupOf;

    private final Map<Block, Integer> indexInChain = new HashMap<>();

    /// For each block of a group: the block that stands for it inside the group.
    private final Map<Block, Block> inGroup = new HashMap<>();

    private SwitchGrouper(
            WasmModule module, Function function, List<Block> chain, List<Group> groups) {
        this.module = module;
        this.function = function;
        this.chain = chain;
        entryLocal = function.addLocal(Code.I32);
        groupOf = new @Nullable Group[chain.size()];
        for (int i = 0; i < chain.size(); i++) {
            indexInChain.put(chain.get(i), i);
        }
        for (Group group : groups) {
            for (int i = group.low() + 1; i <= group.high(); i++) {
                groupOf[i] = group;
                inGroup.put(chain.get(i), Block.plain());
            }
        }
    }

    /// The blocks of the chain that starts with this one, outermost first.
    static List<Block> chain(Block outermost) {
        List<Block> chain = new ArrayList<>();
        Block block = outermost;
        while (block.isPlain()) {
            chain.add(block);
            if (block.body.isEmpty()
                    || !(block.body.getFirst() instanceof Block next)
                    || !next.isPlain()) {
                break;
            }
            block = next;
        }
        return chain;
    }

    /// The code of the case after the block inside this one.
    static List<Node> caseOf(Block block) {
        return block.body.subList(1, block.body.size());
    }

    /// Groups cases of a chain.
    ///
    /// @param groups in any order, not overlapping
    static void group(
            WasmModule module, Function function, List<Block> chain, List<Group> groups) {
        SwitchGrouper grouper = new SwitchGrouper(module, function, chain, groups);
        grouper.run();
    }

    private void run() {
        int innermost = chain.size() - 1;
        List<List<Node>> cases = new ArrayList<>();
        for (Block block : chain.subList(0, innermost)) {
            cases.add(new ArrayList<>(caseOf(block)));
        }
        List<Node> content = chain.getLast().body;
        for (int position = 0; position <= innermost; position++) {
            redirect(position == innermost ? content : cases.get(position), position);
        }
        rebuild(content, cases);
    }

    /// Puts the chain together again from the inside out.
    private void rebuild(List<Node> content, List<List<Node>> cases) {
        List<Node> inner = content;
        int index = chain.size() - 1;
        while (true) {
            Block block = chain.get(index);
            block.body = inner;
            if (index == 0) {
                return;
            }
            Group group = groupOf[index];
            inner = new ArrayList<>();
            inner.add(block);
            if (group == null) {
                inner.addAll(cases.get(index - 1));
                index--;
                continue;
            }
            if (!Code.endsWithJump(block.body)) {
                // Falls through into the first case of the group.
                block.body.add(Code.constant(0));
                block.body.add(Code.set(entryLocal));
            }
            inner.addAll(body(group, cases));
            index = group.low();
        }
    }

    private List<Node> body(Group group, List<List<Node>> cases) {
        List<Block> entries = new ArrayList<>();
        for (int i = group.high(); i > group.low(); i--) {
            entries.add(standIn(chain.get(i)));
        }
        List<Node> body = new ArrayList<>();
        body.add(Code.get(entryLocal));
        body.add(Code.branchTable(entries));
        for (int i = group.high(); i > group.low(); i--) {
            Block entry = standIn(chain.get(i));
            entry.body = body;
            body = new ArrayList<>();
            body.add(entry);
            body.addAll(cases.get(i - 1));
        }
        return body;
    }

    private Block standIn(Block block) {
        return inGroup.getOrDefault(block, block);
    }

    /// Where a branch from a place in the chain to this block must lead; null where nothing changes.
    private @Nullable Entry entry(Block target, int position) {
        Integer index = indexInChain.get(target);
        Group group = index == null ? null : groupOf[index];
        if (index == null || group == null) {
            return null;
        }
        if (position >= group.low() && position < group.high()) {
            return new Entry(standIn(target), -1); // from within the group
        }
        return new Entry(chain.get(group.high()), group.high() - index);
    }

    private void redirect(List<Node> nodes, int position) {
        for (int i = 0; i < nodes.size(); i++) {
            switch (nodes.get(i)) {
                case Block block -> {
                    redirect(block.body, position);
                    redirect(block.otherwise, position);
                }
                case Instruction branch when branch.opcode == Code.BR_TABLE ->
                        i += redirectTable(nodes, i, branch, position);
                case Instruction branch when branch.targets.length == 1 ->
                        i += redirectBranch(nodes, i, branch, position);
                case Instruction _ -> {}
            }
        }
    }

    /// @return how many nodes were added
    private int redirectBranch(List<Node> nodes, int index, Instruction branch, int position) {
        Entry entry = entry(branch.targets[0], position);
        if (entry == null) {
            return 0;
        }
        if (entry.entry() < 0) {
            branch.targets = new Block[] {entry.target()};
            return 0;
        }
        List<Node> set = List.of(Code.constant(entry.entry()), Code.set(entryLocal));
        if (branch.opcode == Code.BR) {
            nodes.addAll(index, set);
            branch.targets = new Block[] {entry.target()};
            return set.size();
        }
        Block taken = new Block(Code.IF, Code.NO_RESULT);
        taken.body.addAll(set);
        taken.body.add(Code.branch(entry.target()));
        nodes.set(index, taken);
        return 0;
    }

    /// @return how many nodes were added
    private int redirectTable(List<Node> nodes, int index, Instruction table, int position) {
        Block[] targets = table.targets.clone();
        int[] entries = new int[targets.length];
        boolean setsEntry = false;
        for (int i = 0; i < targets.length; i++) {
            Entry entry = entry(targets[i], position);
            if (entry != null) {
                targets[i] = entry.target();
                if (entry.entry() >= 0) {
                    entries[i] = entry.entry();
                    setsEntry = true;
                }
            }
        }
        table.targets = targets;
        if (!setsEntry) {
            return 0;
        }
        List<Block> distinct = Arrays.stream(targets).distinct().toList();
        int[] packed = new int[targets.length];
        for (int i = 0; i < targets.length; i++) {
            packed[i] = distinct.indexOf(targets[i]) << CASE_BITS | entries[i];
        }
        int packedLocal = function.packedLocal();
        List<Node> replacement =
                List.of(
                        module.call(mapping(packed)),
                        Code.tee(packedLocal),
                        Code.constant(CASE_MASK),
                        Code.binary(Code.I32_AND),
                        Code.set(entryLocal),
                        Code.get(packedLocal),
                        Code.constant(CASE_BITS),
                        Code.binary(Code.I32_SHR_U),
                        Code.branchTable(distinct));
        nodes.remove(index);
        nodes.addAll(index, replacement);
        return replacement.size() - 1;
    }

    /// A function that returns for each number the value at its index; for any other the last value.
    private int mapping(int[] values) {
        if (values.length - 1 <= TABLE_ENTRIES_MAX) {
            return smallMapping(values);
        }
        int otherwise = values[values.length - 1];
        List<Integer> chunks = new ArrayList<>();
        for (int start = 0; start < values.length - 1; start += CHUNK) {
            int end = Math.min(values.length - 1, start + CHUNK);
            int[] chunk = Arrays.copyOfRange(values, start, end + 1);
            chunk[end - start] = otherwise;
            chunks.add(mapping(chunk));
        }
        Function mapping = module.addFunction(List.of(Code.I32), List.of(Code.I32));
        List<Block> blocks = blocks(chunks.size() + 1);
        List<Node> body = new ArrayList<>();
        body.add(Code.get(0));
        body.add(Code.constant(CHUNK_BITS));
        body.add(Code.binary(Code.I32_SHR_U));
        body.add(Code.branchTable(blocks));
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).body = body;
            body = new ArrayList<>();
            body.add(blocks.get(i));
            if (i == chunks.size()) {
                body.add(Code.constant(otherwise));
            } else {
                body.add(Code.get(0));
                body.add(Code.constant(CHUNK - 1));
                body.add(Code.binary(Code.I32_AND));
                body.add(module.call(chunks.get(i)));
                body.add(Code.branch(mapping.root));
            }
        }
        mapping.root.body = body;
        return mapping.index;
    }

    private int smallMapping(int[] values) {
        Function mapping = module.addFunction(List.of(Code.I32), List.of(Code.I32));
        List<Integer> distinct = Arrays.stream(values).distinct().boxed().toList();
        List<Block> blocks = blocks(distinct.size());
        List<Block> targets = new ArrayList<>();
        for (int value : values) {
            targets.add(blocks.get(distinct.indexOf(value)));
        }
        List<Node> body = new ArrayList<>();
        body.add(Code.get(0));
        body.add(Code.branchTable(targets));
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).body = body;
            body = new ArrayList<>();
            body.add(blocks.get(i));
            body.add(Code.constant(distinct.get(i)));
            if (i + 1 < blocks.size()) {
                body.add(Code.branch(mapping.root));
            }
        }
        mapping.root.body = body;
        return mapping.index;
    }

    private static List<Block> blocks(int count) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(Block.plain());
        }
        return blocks;
    }
}
