package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Refusal;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// The types that a Parse message declares for its parameters. No text names them, and the values that
/// Bind brings are read by their input functions, domain checks included.
final class ParameterTypes {
    private ParameterTypes() {}

    /// Why a statement with such parameters may not be prepared; null where it may. Where the message is
    /// not well-formed PostgreSQL refuses it.
    ///
    /// @param at where the number of types stands
    /// @param end where the message ends
    static @Nullable Refusal refusal(ByteBuf in, int at, int end, Session session) {
        if (end - at < Short.BYTES) {
            return null;
        }
        int count = in.getUnsignedShort(at);
        for (int type = at + Short.BYTES; count > 0 && type + Integer.BYTES <= end; count--) {
            String because = session.typeHazard(in.getUnsignedInt(type));
            if (because != null) {
                return Refusals.parameterType(because);
            }
            type += Integer.BYTES;
        }
        return null;
    }

    /// The declared types, separated by commas.
    ///
    /// @param at where the number of types stands
    /// @param end where the message ends
    static String declared(ByteBuf in, int at, int end) {
        if (end - at < Short.BYTES) {
            return "";
        }
        StringBuilder types = new StringBuilder();
        int count = in.getUnsignedShort(at);
        for (int type = at + Short.BYTES; count > 0 && type + Integer.BYTES <= end; count--) {
            types.append(types.isEmpty() ? "" : ",").append(in.getUnsignedInt(type));
            type += Integer.BYTES;
        }
        return types.toString();
    }
}
