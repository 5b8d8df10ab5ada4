package dev.holdfast.gateway.guarded;

import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A query of the gateway's own in the agent's session.
///
/// It goes by the extended protocol under names that clients may not use, is parsed anew each time and
/// closed behind itself: neither DEALLOCATE ALL nor a client's own unnamed statement is in its way, and
/// the client's statements, portals and cursors are untouched.
///
/// @param sql one statement, `$1` for the first parameter
/// @param parameters in text format; null for NULL
public record Question(String sql, List<@Nullable String> parameters) {
    /// Names that begin like this are the gateway's.
    public static final String NAME = "holdfast";

    public Question(String sql) {
        this(sql, List.of());
    }

    void encode(ByteBuf out) {
        // One that failed has left its own behind.
        new FrontendMessage.Close(DescribeTarget.PORTAL, NAME).encode(out);
        new FrontendMessage.Close(DescribeTarget.STATEMENT, NAME).encode(out);
        new FrontendMessage.Parse(NAME, sql, List.of()).encode(out);
        List<@Nullable ByteBuf> values = new ArrayList<>(parameters.size());
        for (String parameter : parameters) {
            values.add(
                    parameter == null
                            ? null
                            : Unpooled.wrappedBuffer(parameter.getBytes(StandardCharsets.UTF_8)));
        }
        new FrontendMessage.Bind(NAME, NAME, List.of(), values, List.of()).encode(out);
        new FrontendMessage.Execute(NAME, 0).encode(out);
        new FrontendMessage.Close(DescribeTarget.PORTAL, NAME).encode(out);
        new FrontendMessage.Close(DescribeTarget.STATEMENT, NAME).encode(out);
    }
}
