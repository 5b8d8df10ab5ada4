package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;

/// Writes the answers that a session gives often, without an object for each.
///
/// Text must be free of zero characters; unlike the records of [BackendMessage] these methods do not
/// look, so they are for the gateway's own text only.
public final class Answers {
    private Answers() {}

    /// Appends AuthenticationOk, 9 bytes.
    public static void authenticationOk(ByteBuf out) {
        BackendDecoder.writeAuthentication(out, AuthenticationCode.OK);
    }

    /// Appends ReadyForQuery, 6 bytes.
    public static void readyForQuery(ByteBuf out, TransactionStatus status) {
        out.writeByte(BackendMessageType.READY_FOR_QUERY);
        out.writeInt(FrameLimits.LENGTH_MIN + 1);
        out.writeByte(status.code());
    }

    /// Appends CommandComplete with a tag such as `SELECT 3`.
    public static void commandComplete(ByteBuf out, CharSequence tag) {
        int start = Frame.begin(out, BackendMessageType.COMMAND_COMPLETE);
        WireText.write(out, tag);
        Frame.end(out, start);
    }

    /// Appends ParameterStatus.
    public static void parameterStatus(ByteBuf out, CharSequence name, CharSequence value) {
        int start = Frame.begin(out, BackendMessageType.PARAMETER_STATUS);
        WireText.write(out, name);
        WireText.write(out, value);
        Frame.end(out, start);
    }

    /// Appends ParseComplete, 5 bytes.
    public static void parseComplete(ByteBuf out) {
        Frame.writeEmpty(out, BackendMessageType.PARSE_COMPLETE);
    }

    /// Appends BindComplete, 5 bytes.
    public static void bindComplete(ByteBuf out) {
        Frame.writeEmpty(out, BackendMessageType.BIND_COMPLETE);
    }

    /// Appends CloseComplete, 5 bytes.
    public static void closeComplete(ByteBuf out) {
        Frame.writeEmpty(out, BackendMessageType.CLOSE_COMPLETE);
    }

    /// Appends NoData, 5 bytes.
    public static void noData(ByteBuf out) {
        Frame.writeEmpty(out, BackendMessageType.NO_DATA);
    }

    /// Appends EmptyQueryResponse, 5 bytes.
    public static void emptyQueryResponse(ByteBuf out) {
        Frame.writeEmpty(out, BackendMessageType.EMPTY_QUERY_RESPONSE);
    }

    /// Appends ErrorResponse.
    public static void error(ByteBuf out, ErrorFields fields) {
        int start = Frame.begin(out, BackendMessageType.ERROR_RESPONSE);
        fields.write(out);
        Frame.end(out, start);
    }

    /// Appends NoticeResponse.
    public static void notice(ByteBuf out, ErrorFields fields) {
        int start = Frame.begin(out, BackendMessageType.NOTICE_RESPONSE);
        fields.write(out);
        Frame.end(out, start);
    }
}
