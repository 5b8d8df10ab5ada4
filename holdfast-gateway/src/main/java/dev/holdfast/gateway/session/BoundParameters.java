package dev.holdfast.gateway.session;

import dev.holdfast.pgwire.Format;
import dev.holdfast.pgwire.FrontendMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The values of a Bind, for the undo journal.
final class BoundParameters {
    /// Values that are longer together are left out: the images say what became of them.
    private static final int BYTES_MAX = 256 << 10;

    private BoundParameters() {}

    /// The values of the Bind at the reader index: text as it is, binary as `\\x` and hexadecimal
    /// digits. Consumes nothing.
    static List<@Nullable String> of(ByteBuf in, int length) {
        if (length > BYTES_MAX) {
            return List.of();
        }
        FrontendMessage.Bind bind =
                (FrontendMessage.Bind) FrontendMessage.decode(in.slice(in.readerIndex(), length));
        List<Format> formats = bind.parameterFormats();
        List<@Nullable String> values = new ArrayList<>(bind.parameters().size());
        for (int at = 0; at < bind.parameters().size(); at++) {
            ByteBuf value = bind.parameters().get(at);
            boolean binary =
                    !formats.isEmpty()
                            && formats.get(formats.size() == 1 ? 0 : at) == Format.BINARY;
            values.add(
                    value == null
                            ? null
                            : binary
                                    ? "\\x" + ByteBufUtil.hexDump(value)
                                    : value.toString(StandardCharsets.UTF_8));
        }
        return values;
    }
}
