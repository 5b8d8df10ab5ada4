package dev.holdfast.gateway.session;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Verdicts by exact text and, where no literal matters, by shape. One per event loop and database.
///
/// Bounded by the bytes of its keys. Two generations stand in for an exact least-recently-used order:
/// when the young one is full it becomes the old one, whose entries are forgotten at the next turn
/// unless they were asked for in between.
final class VerdictCache {
    /// What an entry costs beside its key: map slot, verdict, effects; bytes, a generous estimate.
    private static final int ENTRY_OVERHEAD_BYTES = 1024;

    private final StatementShape shape;
    private final long generationBytesMax;
    private final int textBytesMax;
    private Generation young = new Generation();
    private Generation old = new Generation();
    private Object basis = VerdictCache.class;

    /// Texts and shapes apart: a text must never be taken for a shape, whatever bytes it is made of.
    private static final class Generation {
        final ByteMap<Verdict> texts = new ByteMap<>();
        final ByteMap<Verdict> shapes = new ByteMap<>();
        long bytes;
    }

    /// @param bytesMax bound of the whole cache, bytes
    /// @param textBytesMax longer texts are judged anew each time, bytes
    VerdictCache(long bytesMax, int textBytesMax) {
        this.generationBytesMax = bytesMax / 2;
        this.textBytesMax = textBytesMax;
        this.shape = new StatementShape(textBytesMax);
    }

    /// Says what verdicts rest on now; those that rest on something else are forgotten.
    @SuppressWarnings("ReferenceEquality")
    void restOn(Object now) {
        if (basis != now) {
            basis = now;
            young = new Generation();
            old = new Generation();
        }
    }

    @Nullable Verdict find(ByteBuf text, int index, int length) {
        if (length > textBytesMax) {
            return null;
        }
        Verdict exact = young.texts.find(text, index, length);
        if (exact != null) {
            return exact;
        }
        if (shape.read(text, index, length)) {
            Verdict alike = young.shapes.find(shape.bytes(), shape.length());
            if (alike != null) {
                return alike;
            }
            Verdict kept = old.shapes.find(shape.bytes(), shape.length());
            if (kept != null) {
                keepShape(kept);
                return kept;
            }
        }
        Verdict kept = old.texts.find(text, index, length);
        if (kept != null) {
            byte[] key = new byte[length];
            text.getBytes(index, key);
            keepText(key, kept);
        }
        return kept;
    }

    /// Keeps a verdict for later; the text is not copied and must not change.
    void put(byte[] text, Verdict verdict) {
        if (text.length > textBytesMax || !verdict.lasting() || !verdict.restsOn(basis)) {
            return;
        }
        if (verdict.holdsForShape() && shape.read(text)) {
            keepShape(verdict);
        } else {
            keepText(text, verdict);
        }
    }

    private void keepShape(Verdict verdict) {
        byte[] key = shape.copy();
        count(key, young.shapes.put(key, verdict));
    }

    private void keepText(byte[] key, Verdict verdict) {
        count(key, young.texts.put(key, verdict));
    }

    private void count(byte[] key, @Nullable Verdict earlier) {
        if (earlier != null) {
            return;
        }
        young.bytes += key.length + ENTRY_OVERHEAD_BYTES;
        if (young.bytes > generationBytesMax) {
            old = young;
            young = new Generation();
        }
    }
}
