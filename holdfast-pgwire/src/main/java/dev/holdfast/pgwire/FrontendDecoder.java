package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the bodies of a client's messages. Every branch reads its body to the last byte.
final class FrontendDecoder {
    private FrontendDecoder() {}

    static FrontendMessage decode(ByteBuf frame) {
        if (!frame.isReadable()) {
            throw ProtocolViolation.of("message bytes", 0, ">= " + MessageFramer.HEADER_BYTES);
        }
        byte type = frame.getByte(frame.readerIndex());
        Body body = body(frame, FrontendMessageType.name(type));
        FrontendMessage message = decode(type, body);
        body.requireEnd();
        frame.readerIndex(body.index());
        return message;
    }

    static Body body(ByteBuf frame, String message) {
        int end = Body.frameEnd(frame, message);
        int start = frame.readerIndex() + MessageFramer.HEADER_BYTES;
        return Body.strict(frame, start, end, message);
    }

    private static FrontendMessage decode(byte type, Body body) {
        return switch (type) {
            case FrontendMessageType.BIND -> bind(body);
            case FrontendMessageType.CLOSE ->
                    new FrontendMessage.Close(DescribeTarget.read(body), body.string("name"));
            case FrontendMessageType.COPY_DATA -> new FrontendMessage.CopyData(body.rest());
            case FrontendMessageType.COPY_DONE -> new FrontendMessage.CopyDone();
            case FrontendMessageType.COPY_FAIL ->
                    new FrontendMessage.CopyFail(body.string("reason"));
            case FrontendMessageType.DESCRIBE ->
                    new FrontendMessage.Describe(DescribeTarget.read(body), body.string("name"));
            case FrontendMessageType.EXECUTE ->
                    new FrontendMessage.Execute(body.string("portal"), body.int32("rows"));
            case FrontendMessageType.FLUSH -> new FrontendMessage.Flush();
            case FrontendMessageType.FUNCTION_CALL -> functionCall(body);
            case FrontendMessageType.PARSE -> parse(body);
            case FrontendMessageType.PASSWORD_MESSAGE ->
                    new FrontendMessage.OpaqueReply(body.rest());
            case FrontendMessageType.QUERY -> new FrontendMessage.Query(body.string("query"));
            case FrontendMessageType.SYNC -> new FrontendMessage.Sync();
            case FrontendMessageType.TERMINATE -> new FrontendMessage.Terminate();
            default ->
                    throw ProtocolViolation.of(
                            "message type", WireText.hex(type), "a frontend message type");
        };
    }

    private static FrontendMessage.Bind bind(Body body) {
        String portal = body.string("portal");
        String statement = body.string("statement");
        List<Format> parameterFormats =
                body.formats("parameter format count", "parameter format code");
        List<@Nullable ByteBuf> parameters = body.values("parameter count", "parameter");
        requireFormatsFit(body, "parameter format count", parameterFormats, parameters);
        return new FrontendMessage.Bind(
                portal,
                statement,
                parameterFormats,
                parameters,
                body.formats("result format count", "result format code"));
    }

    private static FrontendMessage.FunctionCall functionCall(Body body) {
        int functionOid = body.int32("function");
        List<Format> argumentFormats =
                body.formats("argument format count", "argument format code");
        List<@Nullable ByteBuf> arguments = body.values("argument count", "argument");
        requireFormatsFit(body, "argument format count", argumentFormats, arguments);
        return new FrontendMessage.FunctionCall(
                functionOid, argumentFormats, arguments, body.format("result format code"));
    }

    private static void requireFormatsFit(
            Body body, String what, List<Format> formats, List<@Nullable ByteBuf> values) {
        if (formats.size() > 1 && formats.size() != values.size()) {
            throw body.violation(what, formats.size(), "0, 1 or " + values.size());
        }
    }

    private static FrontendMessage.Parse parse(Body body) {
        String statement = body.string("statement");
        String query = body.string("query");
        int count = body.count16("parameter type count", Integer.BYTES);
        List<Integer> oids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            oids.add(body.int32("parameter type"));
        }
        return new FrontendMessage.Parse(statement, query, oids);
    }

    static FrontendMessage.PasswordMessage password(ByteBuf data) {
        Body body = Body.strict(data, data.readerIndex(), data.writerIndex(), "PasswordMessage");
        String password = body.string("password");
        body.requireEnd();
        return new FrontendMessage.PasswordMessage(password);
    }

    static FrontendMessage.SaslInitialResponse saslInitialResponse(ByteBuf data) {
        Body body =
                Body.strict(data, data.readerIndex(), data.writerIndex(), "SASLInitialResponse");
        String mechanism = body.string("mechanism");
        ByteBuf response = body.value("response");
        body.requireEnd();
        return new FrontendMessage.SaslInitialResponse(mechanism, response);
    }

    static void writeReply(ByteBuf out, ByteBuf data) {
        int start = Frame.begin(out, FrontendMessageType.PASSWORD_MESSAGE);
        Frame.writeBytes(out, data);
        Frame.end(out, start);
    }
}
