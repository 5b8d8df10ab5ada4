package dev.holdfast.gateway.session;

import dev.holdfast.pgwire.Format;
import dev.holdfast.pgwire.FrontendMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The values of a Bind, for the undo journal and for people who are asked about them.
///
/// @param values text as it is, binary as `\\x` and hexadecimal digits; null for NULL; empty where they
///     are too long to be kept
/// @param binding what tells equal texts of values apart: the types that were declared, and of each value
///     whether it is text or binary
/// @param whole whether the values are all there
record BoundParameters(List<@Nullable String> values, String binding, boolean whole) {
    /// No parameters: a simple query.
    static final BoundParameters NONE = new BoundParameters(List.of(), "", true);

    private static final BoundParameters TOO_LONG = new BoundParameters(List.of(), "", false);

    /// Values that are longer together are left out: the images say what became of them.
    private static final int BYTES_MAX = 256 << 10;

    /// Those of the Bind at the reader index. Consumes nothing.
    ///
    /// @param types as [ParameterTypes#declared] has them
    static BoundParameters of(ByteBuf in, int length, String types) {
        if (length > BYTES_MAX) {
            return TOO_LONG;
        }
        FrontendMessage.Bind bind =
                (FrontendMessage.Bind) FrontendMessage.decode(in.slice(in.readerIndex(), length));
        List<Format> formats = bind.parameterFormats();
        List<@Nullable String> values = new ArrayList<>(bind.parameters().size());
        StringBuilder binding = new StringBuilder(types).append('|');
        for (int at = 0; at < bind.parameters().size(); at++) {
            ByteBuf value = bind.parameters().get(at);
            boolean binary =
                    !formats.isEmpty()
                            && formats.get(formats.size() == 1 ? 0 : at) == Format.BINARY;
            binding.append(binary ? 'b' : 't');
            values.add(
                    value == null
                            ? null
                            : binary
                                    ? "\\x" + ByteBufUtil.hexDump(value)
                                    : value.toString(StandardCharsets.UTF_8));
        }
        return new BoundParameters(values, binding.toString(), true);
    }
}
