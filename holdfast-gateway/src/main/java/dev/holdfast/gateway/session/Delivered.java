package dev.holdfast.gateway.session;

/// How much of a result the client has been sent.
final class Delivered {
    private long rows;
    private long bytes;

    void add(int rowBytes) {
        rows++;
        bytes += rowBytes;
    }

    void clear() {
        rows = 0;
        bytes = 0;
    }

    /// Rows, or messages of COPY data.
    long rows() {
        return rows;
    }

    /// Bytes of their messages.
    long bytes() {
        return bytes;
    }
}
