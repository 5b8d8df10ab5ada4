package dev.holdfast.server.journal;

import dev.holdfast.guard.change.WriteTransaction;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what one transaction changed, piece by piece, in the order in which it was written. The whole
/// file has been compared with its digest before the first piece is handed out.
public interface JournalReader extends AutoCloseable {

    JournalEntry entry();

    /// The statements as they were sent, with what was bound.
    List<WriteTransaction.Run> statements();

    /// The next piece; null behind the last one. Before and After belong to the Relation before them.
    ///
    /// @throws JournalDamagedException if the file is not what was written
    @Nullable Piece next() throws IOException;

    @Override
    void close() throws IOException;

    /// A piece of the journal.
    sealed interface Piece {}

    /// The rows of a relation begin. A relation may come more than once.
    record Relation(RelationImage image) implements Piece {}

    /// A row as it was before the transaction.
    ///
    /// @param copyLine in COPY's text format without its line end, the ctid in front
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Before(byte[] copyLine) implements Piece {}

    /// A row as the transaction left it.
    ///
    /// @param copyLine in COPY's text format without its line end, the ctid in front
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record After(byte[] copyLine) implements Piece {}
}
