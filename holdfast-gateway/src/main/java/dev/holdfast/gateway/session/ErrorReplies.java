package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.ErrorFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Refusals as they go over the wire.
///
/// The rule travels in the constraint field, the relation and column that it is about in the fields for
/// these, so that a program can read them without reading prose (PostgreSQL manual, "Error and Notice
/// Message Fields").
public final class ErrorReplies {
    private ErrorReplies() {}

    /// Writes an ErrorResponse after which the session goes on.
    public static void error(ByteBuf out, Refusal refusal) {
        write(out, "ERROR", refusal);
    }

    /// Writes an ErrorResponse after which the connection is closed.
    public static void fatal(ByteBuf out, Refusal refusal) {
        write(out, "FATAL", refusal);
    }

    private static void write(ByteBuf out, String severity, Refusal refusal) {
        ErrorFields fields =
                ErrorFields.builder(severity, refusal.code().sqlState(), refusal.message())
                        .detail(refusal.detail())
                        .hint(refusal.hint())
                        .position(refusal.position())
                        .field(ErrorFields.SCHEMA, present(refusal.subject().schema()))
                        .field(ErrorFields.TABLE, present(refusal.subject().relation()))
                        .field(ErrorFields.COLUMN, present(refusal.subject().column()))
                        .constraint(refusal.rule())
                        .build();
        new BackendMessage.ErrorResponse(fields).encode(out);
    }

    private static @Nullable String present(String text) {
        return text.isEmpty() ? null : text;
    }
}
