package dev.holdfast.pgwire;

/// How long the messages of a client may be. Every figure is in bytes and bounds the length field of
/// the message, which counts itself (4 bytes) and the body but not the type byte.
///
/// Messages without a body (Sync, Flush, Terminate, CopyDone) need no figure: their length is 4.
///
/// @param statementBytesMax Query, Parse and FunctionCall
/// @param bindBytesMax Bind, hence all parameter values of one execution together
/// @param copyDataBytesMax one CopyData message; a COPY may consist of any number of them
/// @param authenticationBytesMax PasswordMessage, SASLInitialResponse, SASLResponse, GSSResponse
/// @param nameBytesMax Close, Describe, Execute (names of statements and portals) and CopyFail
public record FrontendLimits(
        int statementBytesMax,
        int bindBytesMax,
        int copyDataBytesMax,
        int authenticationBytesMax,
        int nameBytesMax) {
    public FrontendLimits {
        FrameLimits.requireLimit("statementBytesMax", statementBytesMax);
        FrameLimits.requireLimit("bindBytesMax", bindBytesMax);
        FrameLimits.requireLimit("copyDataBytesMax", copyDataBytesMax);
        FrameLimits.requireLimit("authenticationBytesMax", authenticationBytesMax);
        FrameLimits.requireLimit("nameBytesMax", nameBytesMax);
    }

    /// Statements 1 MiB, Bind and CopyData 16 MiB, authentication 8 KiB, names 64 KiB.
    public static FrontendLimits defaults() {
        return new FrontendLimits(1 << 20, 16 << 20, 16 << 20, 8 << 10, 64 << 10);
    }
}
