package dev.holdfast.pgwire;

/// What Describe and Close are about.
public enum DescribeTarget {
    STATEMENT('S'),
    PORTAL('P');

    private final byte code;

    DescribeTarget(char code) {
        this.code = (byte) code;
    }

    /// The byte on the wire: `S` or `P`.
    public byte code() {
        return code;
    }

    static DescribeTarget read(Body body) {
        byte code = body.int8("target");
        return switch (code) {
            case 'S' -> STATEMENT;
            case 'P' -> PORTAL;
            default -> throw body.violation("target", WireText.hex(code), "S or P");
        };
    }
}
