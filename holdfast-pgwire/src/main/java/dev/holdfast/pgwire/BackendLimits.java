package dev.holdfast.pgwire;

/// How long the messages of a server may be. Every figure is in bytes and bounds the length field of
/// the message, which counts itself (4 bytes) and the body but not the type byte.
///
/// Rows and COPY data are streamed through in pieces, so their limit is PostgreSQL's own; everything
/// that is read as a whole is bounded by what one message of its kind can need.
///
/// @param rowBytesMax DataRow, CopyData and FunctionCallResponse
/// @param descriptionBytesMax RowDescription and ParameterDescription
/// @param reportBytesMax ErrorResponse, NoticeResponse and NotificationResponse
/// @param smallBytesMax everything else that has a body of its own length: Authentication,
///     ParameterStatus, CommandComplete, NegotiateProtocolVersion, the responses that begin a COPY
public record BackendLimits(
        int rowBytesMax, int descriptionBytesMax, int reportBytesMax, int smallBytesMax) {
    public BackendLimits {
        FrameLimits.requireLimit("rowBytesMax", rowBytesMax);
        FrameLimits.requireLimit("descriptionBytesMax", descriptionBytesMax);
        FrameLimits.requireLimit("reportBytesMax", reportBytesMax);
        FrameLimits.requireLimit("smallBytesMax", smallBytesMax);
    }

    /// Rows 1 GiB − 1, descriptions 1 MiB, reports 1 MiB, everything else 64 KiB.
    public static BackendLimits defaults() {
        return new BackendLimits(FrameLimits.LENGTH_MAX, 1 << 20, 1 << 20, 64 << 10);
    }
}
