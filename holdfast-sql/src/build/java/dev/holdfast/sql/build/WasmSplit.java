package dev.holdfast.sql.build;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.*;
import java.util.*;

/**
 * Rewrites a wasm module so that no function body exceeds a byte limit, by moving parts of large functions into new
 * functions appended to the module. Purpose: a wasm-to-JVM-bytecode compiler maps one wasm function to one JVM method; the
 * JVM refuses methods above 64 KiB and HotSpot does not JIT-compile methods above 8000 bytes.
 *
 * Two moves:
 *  outline(): a run of complete statements becomes a function; live-in locals are parameters, live-out written locals come
 *             back in appended globals (or as the result), the exit taken comes back as an i32 code.
 *  group():   a chain of nested blocks (what LLVM makes of a switch) has consecutive case bodies merged into groups, entered
 *             through a selector local, each group then outlined; the br_table goes through a small mapping function.
 *
 * usage: java WasmSplit.java in.wasm out.wasm [limitBytes]
 */
public final class WasmSplit {
    // ---------------------------------------------------------------- binary reader
    static final class In {
        final byte[] b; int i;
        In(byte[] b, int i) { this.b = b; this.i = i; }
        int u8() { return b[i++] & 255; }
        long uleb() { long r = 0; int s = 0; while (true) { int x = u8(); r |= (long) (x & 127) << s; s += 7; if (x < 128) return r; } }
        int u() { return Math.toIntExact(uleb()); }
        long sleb() { long r = 0; int s = 0, x; do { x = u8(); r |= (long) (x & 127) << s; s += 7; } while (x >= 128); if (s < 64 && (x & 64) != 0) r |= -1L << s; return r; }
        byte[] take(int n) { byte[] r = Arrays.copyOfRange(b, i, i + n); i += n; return r; }
        String name() { return new String(take(u())); }
    }
    static final class Out extends ByteArrayOutputStream {
        Out u(long v) { do { int x = (int) (v & 127); v >>>= 7; if (v != 0) x |= 128; write(x); } while (v != 0); return this; }
        Out s(long v) { while (true) { int x = (int) (v & 127); v >>= 7; if ((v == 0 && (x & 64) == 0) || (v == -1 && (x & 64) != 0)) { write(x); return this; } write(x | 128); } }
        Out raw(byte[] x) { write(x, 0, x.length); return this; }
        Out b(int x) { write(x); return this; }
    }

    // ---------------------------------------------------------------- module
    record FT(List<Integer> params, List<Integer> results) {}
    static final int I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c, VOID = -64;
    static final int BLOCK = 2, LOOP = 3, IF = 4, FUNC = -1;

    final List<FT> types = new ArrayList<>();
    final List<Integer> funcTypes = new ArrayList<>(); // all functions, imports first
    int nImports, nGlobals;
    final List<byte[]> newGlobals = new ArrayList<>();
    final Map<Integer, byte[]> sections = new TreeMap<>();
    final List<Fn> fns = new ArrayList<>();
    final int limit;
    int outlined, grouped, mapped;

    WasmSplit(int limit) { this.limit = limit; }

    // ---------------------------------------------------------------- IR
    abstract static class Node { }
    static final class Ins extends Node {
        int op, sub; byte[] imm = {}; int local = -1; Blk target; Blk[] targets; int pop, push;
        Ins(int op) { this.op = op; }
        boolean jumps() { return op == 0x00 || op == 0x0c || op == 0x0e; } // return is rewritten to br root
    }
    static final class Blk extends Node {
        int kind, bt = VOID; List<Node> body = new ArrayList<>(), els;
        Blk(int kind, int bt) { this.kind = kind; this.bt = bt; }
    }
    static final class Fn {
        int index, type; Blk root; List<Integer> locals = new ArrayList<>(); // including parameters
        int nParams;
        int selLocal = -1, tmpLocal = -1, pkLocal = -1;
        int add(int t) { locals.add(t); return locals.size() - 1; }
        int sel() { return selLocal < 0 ? selLocal = add(I32) : selLocal; }
        int tmp() { return tmpLocal < 0 ? tmpLocal = add(I32) : tmpLocal; }
        int pk() { return pkLocal < 0 ? pkLocal = add(I32) : pkLocal; }
    }

    // ---------------------------------------------------------------- instruction builders
    static Ins local(int op, int l) { var x = new Ins(op); x.local = l; x.pop = op == 0x20 ? 0 : 1; x.push = op == 0x21 ? 0 : 1; return x; }
    static Ins get(int l) { return local(0x20, l); }
    static Ins set(int l) { return local(0x21, l); }
    static Ins i32(int v) { var x = new Ins(0x41); x.imm = new Out().s(v).toByteArray(); x.push = 1; return x; }
    static Ins bin(int op) { var x = new Ins(op); x.pop = 2; x.push = 1; return x; }
    static Ins br(Blk t, int arity) { var x = new Ins(0x0c); x.target = t; x.pop = arity; return x; }
    static Ins brIf(Blk t) { var x = new Ins(0x0d); x.target = t; x.pop = 1; return x; }
    static Ins brTable(List<Blk> t) { var x = new Ins(0x0e); x.targets = t.toArray(new Blk[0]); x.pop = 1; return x; }
    static Ins gget(int g) { var x = new Ins(0x23); x.imm = new Out().u(g).toByteArray(); x.push = 1; return x; }
    static Ins gset(int g) { var x = new Ins(0x24); x.imm = new Out().u(g).toByteArray(); x.pop = 1; return x; }
    Ins call(int f) { var x = new Ins(0x10); x.imm = new Out().u(f).toByteArray(); var t = types.get(funcTypes.get(f)); x.pop = t.params.size(); x.push = t.results.size(); return x; }

    int typeIndex(FT t) { int i = types.indexOf(t); if (i < 0) { i = types.size(); types.add(t); } return i; }
    Fn newFn(FT t) {
        var f = new Fn(); f.index = funcTypes.size(); f.type = typeIndex(t); funcTypes.add(f.type);
        f.locals.addAll(t.params); f.nParams = t.params.size();
        f.root = new Blk(FUNC, t.results.isEmpty() ? VOID : t.results.get(0)); fns.add(f); return f;
    }
    /** one pool of globals per value type: slot k of type t. Values live only from just before a return to just after the call. */
    final Map<Integer, List<Integer>> pool = new HashMap<>();
    int slot(int type, int k) {
        var l = pool.computeIfAbsent(type, x -> new ArrayList<>());
        while (l.size() <= k) {
            l.add(nGlobals + newGlobals.size());
            var o = new Out().b(type).b(1);
            switch (type) { case I32 -> o.b(0x41).b(0); case I64 -> o.b(0x42).b(0); case F32 -> o.b(0x43).raw(new byte[4]); case F64 -> o.b(0x44).raw(new byte[8]); default -> throw new IllegalStateException(); }
            newGlobals.add(o.b(0x0b).toByteArray());
        }
        return l.get(k);
    }

    // ---------------------------------------------------------------- decode
    Fn decode(int index, byte[] code) {
        var f = new Fn(); f.index = index; f.type = funcTypes.get(index);
        var t = types.get(f.type); f.locals.addAll(t.params); f.nParams = t.params.size();
        var in = new In(code, 0);
        for (int n = in.u(); n > 0; n--) { int c = in.u(), ty = in.u8(); for (int k = 0; k < c; k++) f.locals.add(ty); }
        if (t.results.size() > 1) throw new UnsupportedOperationException("multi-value");
        f.root = new Blk(FUNC, t.results.isEmpty() ? VOID : t.results.get(0));
        var stack = new ArrayList<Blk>(); stack.add(f.root);
        seq(in, f.root.body, stack, f.root);
        if (in.i != code.length) throw new IllegalStateException("trailing");
        return f;
    }
    static int arity(Blk b) { return b.kind == LOOP || b.bt == VOID ? 0 : 1; }
    static int endHeight(Blk b) { return b.bt == VOID ? 0 : 1; }
    static Blk label(List<Blk> st, int d) { return st.get(st.size() - 1 - d); }

    /** reads up to and including end/else of the enclosing block; returns the terminator. Code after a jump is dead and dropped. */
    int seq(In in, List<Node> out, List<Blk> st, Blk root) {
        boolean dead = false;
        while (true) {
            int p = in.i, op = in.u8();
            if (op == 0x0b || op == 0x05) return op;
            if (op == BLOCK || op == LOOP || op == IF) {
                int bt = (int) in.sleb();
                if (bt >= 0) throw new UnsupportedOperationException("block type index");
                bt = bt == VOID ? VOID : bt & 0x7f;
                var b = new Blk(op, bt); st.add(b);
                if (seq(in, b.body, st, root) == 0x05) { b.els = new ArrayList<>(); seq(in, b.els, st, root); }
                st.remove(st.size() - 1);
                if (!dead) out.add(b);
                continue;
            }
            var x = new Ins(op); int q = in.i;
            switch (op) {
                case 0x00, 0x01 -> { }
                case 0x0c -> { x.target = label(st, in.u()); x.pop = arity(x.target); }
                case 0x0d -> { x.target = label(st, in.u()); x.pop = 1; if (arity(x.target) > 0) { x.pop = 2; x.push = 1; } }
                case 0x0e -> { int n = in.u(); x.targets = new Blk[n + 1]; for (int k = 0; k <= n; k++) x.targets[k] = label(st, in.u()); x.pop = 1 + arity(x.targets[n]); }
                case 0x0f -> { x = br(root, arity(root)); }
                case 0x10 -> { var c = call(in.u()); x.imm = c.imm; x.pop = c.pop; x.push = c.push; }
                case 0x11 -> { int ty = in.u(); in.u(); x.imm = Arrays.copyOfRange(in.b, q, in.i); x.pop = types.get(ty).params.size() + 1; x.push = types.get(ty).results.size(); }
                case 0x1a -> x.pop = 1;
                case 0x1b -> { x.pop = 3; x.push = 1; }
                case 0x20, 0x21, 0x22 -> x = local(op, in.u());
                case 0x23 -> { in.u(); x.imm = Arrays.copyOfRange(in.b, q, in.i); x.push = 1; }
                case 0x24 -> { in.u(); x.imm = Arrays.copyOfRange(in.b, q, in.i); x.pop = 1; }
                case 0x3f -> { in.u8(); x.imm = Arrays.copyOfRange(in.b, q, in.i); x.push = 1; }
                case 0x40 -> { in.u8(); x.imm = Arrays.copyOfRange(in.b, q, in.i); x.pop = 1; x.push = 1; }
                case 0x41, 0x42 -> { in.sleb(); x.imm = Arrays.copyOfRange(in.b, q, in.i); x.push = 1; }
                case 0x43 -> { x.imm = in.take(4); x.push = 1; }
                case 0x44 -> { x.imm = in.take(8); x.push = 1; }
                case 0xfc -> {
                    x.sub = in.u();
                    switch (x.sub) {
                        case 0, 1, 2, 3, 4, 5, 6, 7 -> { x.pop = 1; x.push = 1; }
                        case 8 -> { in.u(); in.u8(); x.pop = 3; }
                        case 9 -> { in.u(); }
                        case 10 -> { in.u8(); in.u8(); x.pop = 3; }
                        case 11 -> { in.u8(); x.pop = 3; }
                        default -> throw new UnsupportedOperationException("fc " + x.sub);
                    }
                    x.imm = Arrays.copyOfRange(in.b, q, in.i);
                }
                default -> {
                    if (op >= 0x28 && op <= 0x3e) { // loads, stores
                        in.u(); in.uleb(); x.imm = Arrays.copyOfRange(in.b, q, in.i);
                        if (op <= 0x35) { x.pop = 1; x.push = 1; } else x.pop = 2;
                    } else if (op == 0x45 || op == 0x50) { x.pop = 1; x.push = 1; }
                    else if (op >= 0x46 && op <= 0x66) { x.pop = 2; x.push = 1; }
                    else if ((op >= 0x67 && op <= 0x69) || (op >= 0x79 && op <= 0x7b) || (op >= 0x8b && op <= 0x91) || (op >= 0x99 && op <= 0x9f)) { x.pop = 1; x.push = 1; }
                    else if (op >= 0x6a && op <= 0xa6) { x.pop = 2; x.push = 1; }
                    else if (op >= 0xa7 && op <= 0xc4) { x.pop = 1; x.push = 1; }
                    else throw new UnsupportedOperationException("opcode " + Integer.toHexString(op));
                }
            }
            if (!dead && op != 0x01) out.add(x);
            if (x.jumps()) dead = true;
        }
    }

    // ---------------------------------------------------------------- encode
    static void enc(Node n, Out o, List<Blk> st) {
        if (n instanceof Blk b) {
            o.b(b.kind).b(b.bt == VOID ? 0x40 : b.bt); st.add(b);
            for (var x : b.body) enc(x, o, st);
            if (b.els != null) { o.b(5); for (var x : b.els) enc(x, o, st); }
            st.remove(st.size() - 1); o.b(0x0b); return;
        }
        var x = (Ins) n; o.b(x.op);
        if (x.local >= 0) o.u(x.local);
        else if (x.target != null) o.u(depth(st, x.target));
        else if (x.targets != null) { o.u(x.targets.length - 1); for (var t : x.targets) o.u(depth(st, t)); }
        else o.raw(x.imm);
    }
    static int depth(List<Blk> st, Blk t) {
        for (int d = 0; d < st.size(); d++) if (st.get(st.size() - 1 - d) == t) return d;
        throw new IllegalStateException("label not in scope");
    }
    static byte[] encode(Fn f) {
        var o = new Out();
        var runs = new ArrayList<int[]>();
        for (int i = f.nParams; i < f.locals.size(); i++) {
            int t = f.locals.get(i);
            if (!runs.isEmpty() && runs.getLast()[1] == t) runs.getLast()[0]++; else runs.add(new int[] {1, t});
        }
        o.u(runs.size()); for (var r : runs) o.u(r[0]).b(r[1]);
        var st = new ArrayList<Blk>(); st.add(f.root);
        for (var n : f.root.body) enc(n, o, st);
        o.b(0x0b); return o.toByteArray();
    }
    /** estimate of the encoded size, counting a branch as 2 bytes, a table entry as 2 (4 bytes of bytecode each). */
    static int size(Node n) {
        if (n instanceof Blk b) return 3 + size(b.body) + (b.els == null ? 0 : 1 + size(b.els));
        var x = (Ins) n;
        if (x.targets != null) return 4 + 2 * x.targets.length;
        if (x.op == 0x23 || x.op == 0x24) return 4;
        if (x.op == 0x10) return 4;
        return x.local >= 0 ? 2 : x.target != null ? 2 : 1 + x.imm.length;
    }
    static int size(List<Node> l) { int s = 0; for (var n : l) s += size(n); return s; }

    // ---------------------------------------------------------------- liveness (of one Fn, on demand); locals as bits of a long
    static final class Live {
        final Map<Blk, Long> label = new IdentityHashMap<>();
        final List<Node> wanted; long[] at; // at[i]: live before node i of the wanted list; at[size]: after the last
        Live(Fn f, List<Node> wanted) { this.wanted = wanted; if (f.locals.size() > 63) throw new UnsupportedOperationException("too many locals"); label.put(f.root, 0L); list(f.root.body, 0); }
        long list(List<Node> l, long cur) {
            long[] a = l == wanted ? new long[l.size() + 1] : null;
            if (a != null) a[l.size()] = cur;
            for (int i = l.size() - 1; i >= 0; i--) { cur = node(l.get(i), cur); if (a != null) a[i] = cur; }
            if (a != null) at = a;
            return cur;
        }
        long node(Node n, long after) {
            if (n instanceof Blk b) {
                if (b.kind == LOOP) {
                    long l = 0;
                    while (true) { label.put(b, l); long r = list(b.body, after); if (r == l) return r; l = r; }
                }
                label.put(b, after);
                long r = list(b.body, after);
                if (b.kind == IF) r |= b.els == null ? after : list(b.els, after);
                return r;
            }
            var x = (Ins) n;
            if (x.op == 0x00) return 0;
            if (x.op == 0x0c) return label.get(x.target);
            if (x.op == 0x0d) return after | label.get(x.target);
            if (x.op == 0x0e) { long r = 0; for (var t : x.targets) r |= label.get(t); return r; }
            if (x.op == 0x20) return after | 1L << x.local;
            if (x.local >= 0) return after & ~(1L << x.local);
            return after;
        }
    }
    static BitSet bits(long v) { return BitSet.valueOf(new long[] {v}); }
    static void walk(List<Node> l, java.util.function.Consumer<Node> c) {
        for (var n : l) { c.accept(n); if (n instanceof Blk b) { walk(b.body, c); if (b.els != null) walk(b.els, c); } }
    }

    // ---------------------------------------------------------------- outline nodes [i, j) of list
    void outline(Fn f, List<Node> list, int i, int j) {
        var live = new Live(f, list);
        var region = new ArrayList<>(list.subList(i, j));
        var inside = Collections.newSetFromMap(new IdentityHashMap<Blk, Boolean>());
        var used = new BitSet(); var written = new BitSet();
        var outer = new ArrayList<Blk>();
        walk(region, n -> { if (n instanceof Blk b) inside.add(b); });
        walk(region, n -> {
            if (n instanceof Ins x) {
                if (x.local >= 0) { used.set(x.local); if (x.op != 0x20) written.set(x.local); }
                if (x.target != null && !inside.contains(x.target) && !has(outer, x.target)) outer.add(x.target);
                if (x.targets != null) for (var t : x.targets) if (!inside.contains(t) && !has(outer, t)) outer.add(t);
            }
        });
        boolean fall = !(region.getLast() instanceof Ins li && li.jumps());
        var params = bits(live.at[i]); params.and(used);
        // what each exit must hand back
        var wbFall = bits(live.at[j]); wbFall.and(written); if (!fall) wbFall.clear();
        var wbOuter = new ArrayList<BitSet>();
        var wb = (BitSet) wbFall.clone();
        for (var o : outer) { var s = bits(live.label.get(o)); s.and(written); wbOuter.add(s); wb.or(s); }
        int nExits = outer.size() + (fall ? 1 : 0);
        boolean anyValue = outer.stream().anyMatch(o -> arity(o) > 0);
        boolean direct = nExits == 1 && wb.cardinality() == 1 && !anyValue; // result is the one local
        boolean code = nExits > 1;

        var pt = new ArrayList<Integer>(); params.stream().forEach(l -> pt.add(f.locals.get(l)));
        var g = newFn(new FT(pt, direct ? List.of(f.locals.get(wb.nextSetBit(0))) : code ? List.of(I32) : List.of()));
        var map = new HashMap<Integer, Integer>();
        int k = 0; for (int l = params.nextSetBit(0); l >= 0; l = params.nextSetBit(l + 1)) map.put(l, k++);
        for (int l = used.nextSetBit(0); l >= 0; l = used.nextSetBit(l + 1)) if (!map.containsKey(l)) map.put(l, g.add(f.locals.get(l)));

        // slots for the write-backs
        var slot = new HashMap<Integer, Integer>(); var next = new HashMap<Integer, Integer>();
        for (int l = wb.nextSetBit(0); l >= 0; l = wb.nextSetBit(l + 1)) { int t = f.locals.get(l); int q = next.merge(t, 1, Integer::sum) - 1; slot.put(l, slot(t, 1 + q)); } // slot 0: branch values

        // body of g
        var wraps = new IdentityHashMap<Blk, Blk>();
        List<Node> cur = new ArrayList<>(region);
        for (var o : outer) wraps.put(o, new Blk(BLOCK, arity(o) > 0 ? o.bt : VOID));
        walk(region, n -> {
            if (n instanceof Ins x) {
                if (x.local >= 0) x.local = map.get(x.local);
                if (x.target != null && !inside.contains(x.target)) x.target = wraps.get(x.target);
                if (x.targets != null) { x.targets = x.targets.clone(); for (int q = 0; q < x.targets.length; q++) if (!inside.contains(x.targets[q])) x.targets[q] = wraps.get(x.targets[q]); }
            }
        });
        if (fall) { exit(cur, wbFall, map, slot, direct); if (code) cur.add(i32(0)); if (nExits > 1) cur.add(br(g.root, arity(g.root))); }
        for (int e = 0; e < outer.size(); e++) {
            var o = outer.get(e); var w = wraps.get(o);
            w.body = cur; cur = new ArrayList<>(); cur.add(w);
            if (arity(o) > 0) cur.add(gset(slot(o.bt, 0)));
            exit(cur, wbOuter.get(e), map, slot, direct);
            if (code) cur.add(i32(e + 1));
            if (e + 1 < outer.size()) cur.add(br(g.root, arity(g.root)));
            if (w.bt != VOID && !(w.body.getLast() instanceof Ins li && li.jumps())) throw new IllegalStateException("value wrapper falls through");
        }
        g.root.body = cur;

        // call site
        var site = new ArrayList<Node>();
        params.stream().forEach(l -> site.add(get(l)));
        site.add(call(g.index));
        if (direct) site.add(set(wb.nextSetBit(0)));
        else {
            int tmp = code ? f.tmp() : -1;
            if (code) site.add(set(tmp));
            wb.stream().forEach(l -> { site.add(gget(slot.get(l))); site.add(set(l)); });
        }
        if (nExits == 1 && !fall) { if (anyValue) site.add(gget(slot(outer.get(0).bt, 0))); site.add(br(outer.get(0), arity(outer.get(0)))); }
        if (code) {
            int tmp = f.tmp();
            var plain = new ArrayList<Integer>();
            for (int e = 0; e < outer.size(); e++) {
                var o = outer.get(e);
                if (arity(o) == 0) { plain.add(e); continue; }
                var iff = new Blk(IF, VOID); site.add(get(tmp)); site.add(i32(e + 1)); site.add(bin(0x46)); site.add(iff);
                iff.body.add(gget(slot(o.bt, 0))); iff.body.add(br(o, 1));
            }
            if (plain.size() == 1 && fall) {
                if (outer.size() == 1) { site.add(get(tmp)); site.add(brIf(outer.get(plain.get(0)))); }
                else { site.add(get(tmp)); site.add(i32(plain.get(0) + 1)); site.add(bin(0x46)); site.add(brIf(outer.get(plain.get(0)))); }
            } else if (!plain.isEmpty()) {
                if (!fall) for (int q = 0; q + 1 < plain.size(); q++) { }
                var ts = new ArrayList<Blk>();
                var x = new Blk(BLOCK, VOID);
                Blk dflt = fall ? x : outer.get(plain.getLast());
                int max = plain.getLast() + 1;
                for (int c = 0; c <= max; c++) ts.add(c > 0 && arity(outer.get(c - 1)) == 0 ? outer.get(c - 1) : dflt);
                ts.add(dflt);
                if (fall) { x.body.add(get(tmp)); x.body.add(brTable(ts)); site.add(x); } else { site.add(get(tmp)); site.add(brTable(ts)); }
            } else if (!fall) site.add(new Ins(0x00));
        }
        list.subList(i, j).clear();
        list.addAll(i, site);
        outlined++;
    }
    static boolean has(List<Blk> l, Blk b) { for (var x : l) if (x == b) return true; return false; }
    static void exit(List<Node> o, BitSet wb, Map<Integer, Integer> map, Map<Integer, Integer> slot, boolean direct) {
        for (int l = wb.nextSetBit(0); l >= 0; l = wb.nextSetBit(l + 1)) { o.add(get(map.get(l))); if (!direct) o.add(gset(slot.get(l))); }
        if (direct && wb.isEmpty()) throw new IllegalStateException("direct without value");
    }

    // ---------------------------------------------------------------- switch chains
    static final class Chain { final List<Blk> b = new ArrayList<>(); }
    static Chain chain(Blk top) {
        var c = new Chain(); var x = top;
        while (x.kind == BLOCK && x.bt == VOID) {
            c.b.add(x);
            if (!x.body.isEmpty() && x.body.get(0) instanceof Blk y && y.kind == BLOCK && y.bt == VOID) x = y; else break;
        }
        return c;
    }

    int mapFn(int[] packed) {
        int n = packed.length - 1; // last is the default
        if (n <= 200) {
            var f = newFn(new FT(List.of(I32), List.of(I32)));
            var vals = new ArrayList<Integer>(); for (int v : packed) if (!vals.contains(v)) vals.add(v);
            var bl = new ArrayList<Blk>(); for (int q = 0; q < vals.size(); q++) bl.add(new Blk(BLOCK, VOID));
            var ts = new ArrayList<Blk>(); for (int v : packed) ts.add(bl.get(vals.indexOf(v)));
            List<Node> cur = new ArrayList<>(); cur.add(get(0)); cur.add(brTable(ts));
            for (int q = 0; q < vals.size(); q++) { bl.get(q).body = cur; cur = new ArrayList<>(); cur.add(bl.get(q)); cur.add(i32(vals.get(q))); if (q + 1 < vals.size()) cur.add(br(f.root, 1)); }
            f.root.body = cur; mapped++; return f.index;
        }
        int chunks = (n + 127) / 128;
        int[] sub = new int[chunks];
        for (int q = 0; q < chunks; q++) { int a = q * 128, z = Math.min(n, a + 128); int[] p = Arrays.copyOfRange(packed, a, z + 1); p[z - a] = packed[n]; sub[q] = mapFn(p); }
        var f = newFn(new FT(List.of(I32), List.of(I32)));
        var bl = new ArrayList<Blk>(); for (int q = 0; q <= chunks; q++) bl.add(new Blk(BLOCK, VOID));
        List<Node> cur = new ArrayList<>(); cur.add(get(0)); cur.add(i32(7)); cur.add(bin(0x76)); cur.add(brTable(bl));
        for (int q = 0; q <= chunks; q++) {
            bl.get(q).body = cur; cur = new ArrayList<>(); cur.add(bl.get(q));
            if (q < chunks) { cur.add(get(0)); cur.add(i32(127)); cur.add(bin(0x71)); cur.add(call(sub[q])); cur.add(br(f.root, 1)); } else cur.add(i32(packed[n]));
        }
        f.root.body = cur; mapped++; return f.index;
    }

    /** groups a whole chain at once: cuts = chain indices, ascending, first 0; rests between cuts are merged. */
    void groupAll(Fn f, Chain c, List<int[]> ranges) {
        // one pass, so that each branch of the content and of inner rests is rewritten once, knowing every group
        int sel = f.add(I32);
        int n = c.b.size();
        int[] groupOf = new int[n]; Arrays.fill(groupOf, -1); // for chain block index i (as a branch target): group r with lo < i <= hi
        for (int r = 0; r < ranges.size(); r++) for (int i = ranges.get(r)[0] + 1; i <= ranges.get(r)[1]; i++) groupOf[i] = r;
        var idx = new IdentityHashMap<Blk, Integer>(); for (int i = 0; i < n; i++) idx.put(c.b.get(i), i);
        var fresh = new IdentityHashMap<Blk, Blk>();
        for (var r : ranges) for (int i = r[0] + 1; i <= r[1]; i++) fresh.put(c.b.get(i), new Blk(BLOCK, VOID));
        var rest = new ArrayList<List<Node>>();
        for (int i = 0; i + 1 < n; i++) rest.add(new ArrayList<>(c.b.get(i).body.subList(1, c.b.get(i).body.size())));
        List<Node> content = c.b.get(n - 1).body;

        // a piece at chain position p (rest_p, or content with p = n-1) sees targets b[i], i <= p
        for (int p = 0; p < n; p++) {
            final int pos = p;
            List<Node> l = p == n - 1 ? content : rest.get(p);
            rewrite(f, l, (Blk t) -> {
                Integer i = idx.get(t); if (i == null) return null;
                int g = groupOf[i]; if (g < 0) return null;
                int lo = ranges.get(g)[0], hi = ranges.get(g)[1];
                if (pos >= lo && pos < hi) return new Object[] {fresh.get(t), -1};       // same group: inside the region
                return new Object[] {c.b.get(hi), hi - i};                                // from further in: enter through b[hi]
            }, sel);
        }
        // rebuild from the inside out
        List<Node> cur = content;
        int i = n - 1;
        while (i >= 0) {
            var b = c.b.get(i); b.body = cur;                     // b[i] wraps what is inside
            if (i == 0) break;
            int g = groupOf[i];
            if (g < 0) { cur = new ArrayList<>(); cur.add(b); cur.addAll(rest.get(i - 1)); i--; continue; }
            int lo = ranges.get(g)[0], hi = ranges.get(g)[1];
            if (i != hi) throw new IllegalStateException();
            if (b.body.isEmpty() || !(b.body.getLast() instanceof Ins li && li.jumps())) { b.body.add(i32(0)); b.body.add(set(sel)); }
            var ts = new ArrayList<Blk>(); for (int q = hi; q > lo; q--) ts.add(fresh.get(c.b.get(q)));
            List<Node> reg = new ArrayList<>(); reg.add(get(sel)); reg.add(brTable(ts));
            for (int q = hi; q > lo; q--) { var w = fresh.get(c.b.get(q)); w.body = reg; reg = new ArrayList<>(); reg.add(w); reg.addAll(rest.get(q - 1)); }
            cur = new ArrayList<>(); cur.add(b); cur.addAll(reg);
            grouped++;
            i = lo;
        }
    }
    interface Re { Object[] of(Blk t); }
    void rewrite(Fn f, List<Node> l, Re re, int sel) {
        for (int i = 0; i < l.size(); i++) {
            if (l.get(i) instanceof Blk b) { rewrite(f, b.body, re, sel); if (b.els != null) rewrite(f, b.els, re, sel); continue; }
            var x = (Ins) l.get(i);
            if (x.target != null) {
                var r = re.of(x.target); if (r == null) continue;
                var t = (Blk) r[0]; int s = (Integer) r[1];
                if (s < 0) { x.target = t; continue; }
                if (x.op == 0x0c) { l.add(i, i32(s)); l.add(i + 1, set(sel)); x.target = t; i += 2; }
                else { var iff = new Blk(IF, VOID); iff.body.add(i32(s)); iff.body.add(set(sel)); iff.body.add(br(t, 0)); l.set(i, iff); }
            } else if (x.targets != null) {
                boolean need = false; x.targets = x.targets.clone();
                var sl = new int[x.targets.length];
                for (int q = 0; q < sl.length; q++) { var r = re.of(x.targets[q]); if (r == null) continue; x.targets[q] = (Blk) r[0]; int s = (Integer) r[1]; if (s >= 0) { sl[q] = s; need = true; } }
                if (!need) continue;
                var outs = new ArrayList<Blk>(); int[] packed = new int[sl.length];
                for (int q = 0; q < sl.length; q++) {
                    int o = -1; for (int z = 0; z < outs.size(); z++) if (outs.get(z) == x.targets[q]) o = z;
                    if (o < 0) { o = outs.size(); outs.add(x.targets[q]); }
                    packed[q] = o << 16 | sl[q];
                }
                int pk = f.pk();
                var rep = new ArrayList<Node>();
                rep.add(call(mapFn(packed))); rep.add(local(0x22, pk)); rep.add(i32(0xffff)); rep.add(bin(0x71)); rep.add(set(sel));
                rep.add(get(pk)); rep.add(i32(16)); rep.add(bin(0x76)); rep.add(brTable(outs));
                l.remove(i); l.addAll(i, rep); i += rep.size() - 1;
            }
        }
    }

    // ---------------------------------------------------------------- driver
    /** makes list[from..] small (at most limit), if it can: inner blocks first, then runs of statements are moved out, largest first. */
    void shrink(Fn f, List<Node> list, int from, int limit) {
        if (size(list.subList(from, list.size())) <= limit) return;
        for (int i = from; i < list.size(); i++) {
            if (!(list.get(i) instanceof Blk b) || size(b) <= limit / 2) continue;
            if (size(list.subList(from, list.size())) <= limit) return;
            var c = chain(b);
            if (c.b.size() >= 3) chainShrink(f, c, limit / 2);
            else { shrink(f, b.body, 0, limit / 2); if (b.els != null) shrink(f, b.els, 0, limit / 2); }
        }
        partition(f, list, from, limit);
    }
    void chainShrink(Fn f, Chain c, int limit) {
        int n = c.b.size();
        shrink(f, c.b.get(n - 1).body, 0, Math.max(limit / 2, MIN));
        for (int i = 0; i + 1 < n; i++) shrink(f, c.b.get(i).body, 1, GROUP / 2);
        for (int round = 0; round < 4 && size(c.b.get(0)) > limit; round++) {
            n = c.b.size();
            var ranges = new ArrayList<int[]>();
            int hi = n - 1;
            while (hi > 0) {
                int lo = hi, acc = 0;
                while (lo > 0) {
                    var b = c.b.get(lo - 1); int s = size(b.body.subList(1, b.body.size())) + 5;
                    if (lo < hi && acc + s > GROUP) break;
                    acc += s; lo--;
                }
                if (hi - lo >= 2) ranges.add(new int[] {lo, hi});
                hi = lo;
            }
            if (ranges.isEmpty()) return;
            groupAll(f, c, ranges);
            for (var r : ranges) { var b = c.b.get(r[0]); if (size(b.body.subList(1, b.body.size())) > 60) outline(f, b.body, 1, b.body.size()); }
            c = chain(c.b.get(0));
        }
    }
    static final int MIN = 120, GROUP = Integer.getInteger("group", 1500);
    void partition(Fn f, List<Node> list, int from, int limit) {
        int total = size(list.subList(from, list.size()));
        if (total <= limit) return;
        // statement boundaries: operand height 0
        var bounds = new ArrayList<Integer>(); int h = 0; bounds.add(from);
        for (int i = from; i < list.size(); i++) {
            var n = list.get(i);
            if (n instanceof Blk b) { h -= b.kind == IF ? 1 : 0; if (h < 0) throw new IllegalStateException("height"); h += endHeight(b); }
            else { var x = (Ins) n; h -= x.pop; if (h < 0) throw new IllegalStateException("height " + Integer.toHexString(x.op)); h += x.push; }
            if (h == 0) bounds.add(i + 1);
        }
        var runs = new ArrayList<int[]>();
        int s = 0;
        while (s + 1 < bounds.size()) {
            int e = s, acc = 0;
            while (e + 1 < bounds.size()) {
                int z = size(list.subList(bounds.get(e), bounds.get(e + 1)));
                if (e > s && acc + z > GROUP) break;
                acc += z; e++;
            }
            if (acc > MIN && acc < total * 0.85) runs.add(new int[] {bounds.get(s), bounds.get(e), acc});
            s = e;
        }
        runs.sort((x, y) -> y[2] - x[2]);
        var chosen = new ArrayList<int[]>();
        for (var r : runs) { if (total <= limit) break; chosen.add(r); total -= r[2] - 50; }
        chosen.sort((x, y) -> y[0] - x[0]);
        for (var q : chosen) outline(f, list, q[0], q[1]);
    }

    byte[] run(byte[] wasm) {
        var in = new In(wasm, 8);
        List<byte[]> bodies = new ArrayList<>();
        while (in.i < wasm.length) { int id = in.u8(); byte[] s = in.take(in.u()); if (id != 0) sections.put(id, s); }
        var t = new In(sections.get(1), 0);
        for (int n = t.u(); n > 0; n--) { if (t.u8() != 0x60) throw new UnsupportedOperationException("type"); var p = new ArrayList<Integer>(); for (int k = t.u(); k > 0; k--) p.add(t.u8()); var r = new ArrayList<Integer>(); for (int k = t.u(); k > 0; k--) r.add(t.u8()); types.add(new FT(p, r)); }
        t = new In(sections.get(2), 0);
        for (int n = t.u(); n > 0; n--) { t.name(); t.name(); if (t.u8() != 0) throw new UnsupportedOperationException("import kind"); funcTypes.add(t.u()); nImports++; }
        t = new In(sections.get(3), 0);
        for (int n = t.u(); n > 0; n--) funcTypes.add(t.u());
        int nOrig = funcTypes.size();
        var gl = new In(sections.get(6), 0); nGlobals = gl.u(); byte[] globals = gl.take(gl.b.length - gl.i);
        t = new In(sections.get(10), 0);
        for (int n = t.u(); n > 0; n--) bodies.add(t.take(t.u()));

        var out = new ArrayList<byte[]>(bodies);
        for (int k = 0; k < bodies.size(); k++) {
            if (bodies.get(k).length <= limit * 5 / 4) continue;
            var f = decode(nImports + k, bodies.get(k));
            int before; do { before = size(f.root.body); shrink(f, f.root.body, 0, limit); } while (size(f.root.body) > limit && size(f.root.body) < before * 0.9);
            out.set(k, encode(f));
            System.err.printf("func %d: %d -> %d bytes%n", f.index, bodies.get(k).length, out.get(k).length);
        }
        // new functions may still be large
        for (int k = 0; k < fns.size() && k < 20000; k++) { var f = fns.get(k); if (size(f.root.body) > limit) shrink(f, f.root.body, 0, limit); }
        int big = 0; for (var f : fns) { var e = encode(f); if (e.length > limit * 2) { big++; System.err.println("still large: new func " + f.index + " " + e.length); } out.add(e); }
        System.err.printf("%d functions -> %d; outlined %d, groups %d, maps %d, still large %d, new globals %d%n", nOrig, funcTypes.size(), outlined, grouped, mapped, big, newGlobals.size());

        var o = new Out(); o.u(types.size()); for (var ft : types) { o.b(0x60).u(ft.params.size()); ft.params.forEach(o::b); o.u(ft.results.size()); ft.results.forEach(o::b); } sections.put(1, o.toByteArray());
        o = new Out(); o.u(funcTypes.size() - nImports); for (int k = nImports; k < funcTypes.size(); k++) o.u(funcTypes.get(k)); sections.put(3, o.toByteArray());
        o = new Out(); o.u(nGlobals + newGlobals.size()).raw(globals); newGlobals.forEach(o::raw); sections.put(6, o.toByteArray());
        o = new Out(); o.u(out.size()); for (var b : out) { o.u(b.length).raw(b); } sections.put(10, o.toByteArray());
        o = new Out(); o.raw(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        for (int id : new int[] {1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11}) if (sections.containsKey(id)) o.b(id).u(sections.get(id).length).raw(sections.get(id));
        return o.toByteArray();
    }

    static byte[] split(byte[] wasm) {
        return new WasmSplit(1800).run(wasm);
    }
}
