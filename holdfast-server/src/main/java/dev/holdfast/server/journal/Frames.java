package dev.holdfast.server.journal;

import java.nio.charset.StandardCharsets;

/// The form of a file: `HOLDFAST UNDO 1` and a line end; the head's frame; the body, a zstd stream of
/// frames or that stream within an age file; the [JournalEnd]. A frame is its type (one byte), the length of
/// its payload (four), the payload's CRC-32C (four) and the payload. Numbers are big-endian.
final class Frames {
    static final byte[] MAGIC = "HOLDFAST UNDO 1\n".getBytes(StandardCharsets.US_ASCII);
    static final int HEADER_BYTES = 1 + Integer.BYTES + Integer.BYTES;

    static final byte HEAD = 'H';
    static final byte STATEMENT = 'S';
    static final byte RELATION = 'R';

    /// Rows: the length of each (four bytes) and its bytes.
    static final byte BEFORE = 'B';

    static final byte AFTER = 'A';

    /// How many rows there were, before and after.
    static final byte END = 'E';

    /// Rows are gathered to about this many bytes.
    static final int ROWS_BYTES = 64 << 10;

    /// PostgreSQL's own limit of a row in text.
    static final int PAYLOAD_BYTES_MAX = (1 << 30) + (1 << 20);

    static final int HEAD_BYTES_MAX = 8 << 20;

    private Frames() {}
}
