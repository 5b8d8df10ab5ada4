package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/// Strings of the protocol: UTF-8 ended by one zero byte, which therefore cannot occur inside.
final class WireText {
    private WireText() {}

    /// The value, if it can be sent at all.
    ///
    /// @throws IllegalArgumentException for a zero character, which would end the string early on the
    ///     wire, and for half of a surrogate pair, which has no UTF-8 form and would be sent as `?`
    static String requireSendable(String what, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException(
                        what + ": a zero character at " + i + " (expected: none)");
            }
            if (Character.isSurrogate(c)) {
                boolean paired =
                        Character.isHighSurrogate(c)
                                && i + 1 < value.length()
                                && Character.isLowSurrogate(value.charAt(i + 1));
                if (!paired) {
                    throw new IllegalArgumentException(
                            what + ": an unpaired surrogate at " + i + " (expected: none)");
                }
                i++;
            }
        }
        return value;
    }

    static void write(ByteBuf out, CharSequence value) {
        ByteBufUtil.writeUtf8(out, value);
        out.writeByte(0);
    }

    static String hex(byte value) {
        return "0x" + ByteBufUtil.hexDump(new byte[] {value});
    }
}
