package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;

/// What ReadyForQuery says about the transaction.
public enum TransactionStatus {
    /// Not in a transaction block.
    IDLE('I'),
    /// In a transaction block.
    IN_TRANSACTION('T'),
    /// In a failed transaction block: statements are rejected until it ends.
    FAILED('E');

    private final byte code;

    TransactionStatus(char code) {
        this.code = (byte) code;
    }

    /// The byte on the wire: `I`, `T` or `E`.
    public byte code() {
        return code;
    }

    /// The status of a complete ReadyForQuery message at the reader index. Consumes nothing and
    /// allocates nothing.
    ///
    /// @throws ProtocolViolation if the byte is none of the three
    public static TransactionStatus ofReadyForQuery(ByteBuf frame) {
        return of(frame.getByte(frame.readerIndex() + MessageFramer.HEADER_BYTES));
    }

    static TransactionStatus of(byte code) {
        return switch (code) {
            case 'I' -> IDLE;
            case 'T' -> IN_TRANSACTION;
            case 'E' -> FAILED;
            default ->
                    throw ProtocolViolation.of(
                            "ReadyForQuery status", WireText.hex(code), "I, T or E");
        };
    }
}
