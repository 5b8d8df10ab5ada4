package dev.holdfast.sql.parser;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

/// WebAssembly's linear memory in pages of 64 KiB that come into being when they are first touched.
///
/// The module asks for 34 MiB at once, 32 of them its stack, and touches 1.3. An untouched page is a
/// null. The fast path of every access does not look: it lets the JVM throw, and the slow path then
/// supplies the page, or traps where the address lies beyond the memory. So the hot path is one array
/// access more than that of a flat array.
///
/// Addresses are unsigned 32-bit numbers in an `int`.
final class PagedMemory implements Memory {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PAGE_BITS = 16;
    private static final int OFFSET_MASK = PAGE_SIZE - 1;

    private final int initialPages;
    private final int maximumPages;

    /// Null where not touched yet, which the type hides: the fast paths count on the JVM's own check.
    private final byte[][] pages;

    private int pageCount;
    private int touchedPages;
    private DataSegment[] segments = {};

    PagedMemory(MemoryLimits limits) {
        initialPages = limits.initialPages();
        maximumPages = Math.min(limits.maximumPages(), RUNTIME_MAX_PAGES);
        pages = new byte[maximumPages][];
        pageCount = initialPages;
    }

    /// Bytes of the pages that exist.
    long touchedBytes() {
        return (long) touchedPages << PAGE_BITS;
    }

    /// The bytes from an address up to the next zero byte.
    ///
    /// @throws ParseAbandoned as TOO_COMPLEX where they are more than `bytesMax`
    byte[] readUntilZero(int address, int bytesMax) {
        int end = address;
        while (true) {
            byte[] page = page(end);
            int from = end & OFFSET_MASK;
            int at = from;
            while (at < PAGE_SIZE && page[at] != 0) {
                at++;
            }
            end += at - from;
            if (end - address > bytesMax) {
                throw new ParseAbandoned(UnreadableReason.TOO_COMPLEX, "output too large");
            }
            if (at < PAGE_SIZE) {
                return readBytes(address, end - address);
            }
        }
    }

    @Override
    public int pages() {
        return pageCount;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return maximumPages;
    }

    @Override
    public int grow(int added) {
        int before = pageCount;
        if (added < 0 || added > maximumPages - before) {
            return -1;
        }
        pageCount = before + added;
        return before;
    }

    // The module has one thread: nothing is shared and nothing waits. Endive will drop these
    // methods.

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    @SuppressWarnings("removal")
    public Object lock(int address) {
        throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("removal")
    public int notify(int address, int waitersMax) {
        return 0;
    }

    /// The page of an address, made if need be.
    private byte[] page(int address) {
        int index = address >>> PAGE_BITS;
        if (index >= pageCount) {
            throw outOfBounds(address, 1);
        }
        byte[] page = pages[index];
        if (page == null) {
            page = new byte[PAGE_SIZE];
            pages[index] = page;
            touchedPages++;
        }
        return page;
    }

    private void check(int address, int size) {
        if (size < 0 || Integer.toUnsignedLong(address) + size > (long) pageCount << PAGE_BITS) {
            throw outOfBounds(address, size);
        }
    }

    private WasmRuntimeException outOfBounds(int address, int size) {
        return new WasmRuntimeException(
                "out of bounds memory access: "
                        + Integer.toUnsignedLong(address)
                        + " + "
                        + size
                        + " of "
                        + ((long) pageCount << PAGE_BITS));
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments) {
        segments = dataSegments.clone();
        for (DataSegment segment : segments) {
            if (segment instanceof ActiveDataSegment active) {
                int address =
                        (int)
                                ConstantEvaluators.computeConstantValue(
                                        instance, active.offsetInstructions())[0];
                write(address, active.data(), 0, active.data().length);
            }
        }
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments, int memoryIndex) {
        initialize(instance, dataSegments);
    }

    @Override
    public void initPassiveSegment(int segment, int to, int offset, int size) {
        write(to, segments[segment].data(), offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void write(int address, byte[] data, int offset, int size) {
        check(address, size);
        int done = 0;
        while (done < size) {
            int at = (address + done) & OFFSET_MASK;
            int run = Math.min(size - done, PAGE_SIZE - at);
            System.arraycopy(data, offset + done, page(address + done), at, run);
            done += run;
        }
    }

    @Override
    public byte[] readBytes(int address, int length) {
        check(address, length);
        byte[] result = new byte[length];
        int done = 0;
        while (done < length) {
            int at = (address + done) & OFFSET_MASK;
            int run = Math.min(length - done, PAGE_SIZE - at);
            System.arraycopy(page(address + done), at, result, done, run);
            done += run;
        }
        return result;
    }

    @Override
    public void zero() {
        Arrays.fill(pages, null);
        touchedPages = 0;
    }

    @Override
    public void fill(byte value, int from, int to) {
        check(from, to - from);
        int address = from;
        while (address != to) {
            int at = address & OFFSET_MASK;
            int run = Math.min(to - address, PAGE_SIZE - at);
            Arrays.fill(page(address), at, at + run, value);
            address += run;
        }
    }

    @Override
    public void copy(int to, int from, int size) {
        check(to, size);
        check(from, size);
        if (to > from && to < from + size) {
            copyBackwards(to + size, from + size, size);
            return;
        }
        int done = 0;
        while (done < size) {
            int source = from + done;
            int target = to + done;
            int run =
                    Math.min(
                            size - done,
                            PAGE_SIZE - Math.max(target & OFFSET_MASK, source & OFFSET_MASK));
            System.arraycopy(
                    page(source), source & OFFSET_MASK, page(target), target & OFFSET_MASK, run);
            done += run;
        }
    }

    /// Copies from the end, for a target that overlaps the source from above.
    private void copyBackwards(int toEnd, int fromEnd, int size) {
        int left = size;
        int target = toEnd;
        int source = fromEnd;
        while (left > 0) {
            int targetRoom = (target & OFFSET_MASK) == 0 ? PAGE_SIZE : target & OFFSET_MASK;
            int sourceRoom = (source & OFFSET_MASK) == 0 ? PAGE_SIZE : source & OFFSET_MASK;
            int run = Math.min(left, Math.min(targetRoom, sourceRoom));
            target -= run;
            source -= run;
            left -= run;
            System.arraycopy(
                    page(source), source & OFFSET_MASK, page(target), target & OFFSET_MASK, run);
        }
    }

    // Each access: straight at the page; on any failure once more through page(), which makes a
    // missing page and traps outside. An access across the end of a page is put together from
    // smaller ones.

    @Override
    public byte read(int address) {
        try {
            return pages[address >>> PAGE_BITS][address & OFFSET_MASK];
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            return page(address)[address & OFFSET_MASK];
        }
    }

    @Override
    public void writeByte(int address, byte value) {
        try {
            pages[address >>> PAGE_BITS][address & OFFSET_MASK] = value;
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            page(address)[address & OFFSET_MASK] = value;
        }
    }

    @Override
    public short readShort(int address) {
        int at = address & OFFSET_MASK;
        if (at > PAGE_SIZE - Short.BYTES) {
            check(address, Short.BYTES);
            return (short) ((read(address) & 0xff) | (read(address + 1) << 8));
        }
        try {
            return (short) SHORT.get(pages[address >>> PAGE_BITS], at);
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            return (short) SHORT.get(page(address), at);
        }
    }

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xffffL;
    }

    @Override
    public void writeShort(int address, short value) {
        int at = address & OFFSET_MASK;
        if (at > PAGE_SIZE - Short.BYTES) {
            check(address, Short.BYTES);
            writeByte(address, (byte) value);
            writeByte(address + 1, (byte) (value >> 8));
            return;
        }
        try {
            SHORT.set(pages[address >>> PAGE_BITS], at, value);
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            SHORT.set(page(address), at, value);
        }
    }

    @Override
    public int readInt(int address) {
        int at = address & OFFSET_MASK;
        if (at > PAGE_SIZE - Integer.BYTES) {
            check(address, Integer.BYTES);
            return (readShort(address) & 0xffff) | (readShort(address + 2) << 16);
        }
        try {
            return (int) INT.get(pages[address >>> PAGE_BITS], at);
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            return (int) INT.get(page(address), at);
        }
    }

    @Override
    public void writeI32(int address, int value) {
        int at = address & OFFSET_MASK;
        if (at > PAGE_SIZE - Integer.BYTES) {
            check(address, Integer.BYTES);
            writeShort(address, (short) value);
            writeShort(address + 2, (short) (value >> 16));
            return;
        }
        try {
            INT.set(pages[address >>> PAGE_BITS], at, value);
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            INT.set(page(address), at, value);
        }
    }

    @Override
    public long readLong(int address) {
        int at = address & OFFSET_MASK;
        if (at > PAGE_SIZE - Long.BYTES) {
            check(address, Long.BYTES);
            return (readInt(address) & 0xffff_ffffL) | ((long) readInt(address + 4) << 32);
        }
        try {
            return (long) LONG.get(pages[address >>> PAGE_BITS], at);
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            return (long) LONG.get(page(address), at);
        }
    }

    @Override
    public void writeLong(int address, long value) {
        int at = address & OFFSET_MASK;
        if (at > PAGE_SIZE - Long.BYTES) {
            check(address, Long.BYTES);
            writeI32(address, (int) value);
            writeI32(address + 4, (int) (value >> 32));
            return;
        }
        try {
            LONG.set(pages[address >>> PAGE_BITS], at, value);
        } catch (NullPointerException | IndexOutOfBoundsException missing) {
            LONG.set(page(address), at, value);
        }
    }

    @Override
    public void writeF32(int address, float value) {
        writeI32(address, Float.floatToRawIntBits(value));
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public float readFloat(int address) {
        return Float.intBitsToFloat(readInt(address));
    }

    @Override
    public void writeF64(int address, double value) {
        writeLong(address, Double.doubleToRawLongBits(value));
    }

    @Override
    public double readDouble(int address) {
        return Double.longBitsToDouble(readLong(address));
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }
}
