package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Reads the bodies of a server's messages. Every branch reads its body to the last byte.
final class BackendDecoder {
    /// A column of a RowDescription with an empty name.
    private static final int COLUMN_BYTES_MIN = 1 + 4 + 2 + 4 + 2 + 4 + 2;

    private BackendDecoder() {}

    static BackendMessage decode(ByteBuf frame) {
        if (!frame.isReadable()) {
            throw ProtocolViolation.of("message bytes", 0, ">= " + MessageFramer.HEADER_BYTES);
        }
        byte type = frame.getByte(frame.readerIndex());
        String name = BackendMessageType.name(type);
        int end = Body.frameEnd(frame, name);
        Body body =
                Body.lenient(frame, frame.readerIndex() + MessageFramer.HEADER_BYTES, end, name);
        BackendMessage message = decode(type, body);
        body.requireEnd();
        frame.readerIndex(end);
        return message;
    }

    private static BackendMessage decode(byte type, Body body) {
        return switch (type) {
            case BackendMessageType.AUTHENTICATION -> authentication(body);
            case BackendMessageType.BACKEND_KEY_DATA ->
                    new BackendMessage.BackendKeyData(body.int32("process"), SecretKey.read(body));
            case BackendMessageType.BIND_COMPLETE -> new BackendMessage.BindComplete();
            case BackendMessageType.CLOSE_COMPLETE -> new BackendMessage.CloseComplete();
            case BackendMessageType.COMMAND_COMPLETE ->
                    new BackendMessage.CommandComplete(body.string("tag"));
            case BackendMessageType.COPY_BOTH_RESPONSE ->
                    new BackendMessage.CopyBothResponse(copyFormat(body), columnFormats(body));
            case BackendMessageType.COPY_DATA -> new BackendMessage.CopyData(body.rest());
            case BackendMessageType.COPY_DONE -> new BackendMessage.CopyDone();
            case BackendMessageType.COPY_IN_RESPONSE ->
                    new BackendMessage.CopyInResponse(copyFormat(body), columnFormats(body));
            case BackendMessageType.COPY_OUT_RESPONSE ->
                    new BackendMessage.CopyOutResponse(copyFormat(body), columnFormats(body));
            case BackendMessageType.DATA_ROW ->
                    new BackendMessage.DataRow(body.values("column count", "column"));
            case BackendMessageType.EMPTY_QUERY_RESPONSE -> new BackendMessage.EmptyQueryResponse();
            case BackendMessageType.ERROR_RESPONSE ->
                    new BackendMessage.ErrorResponse(ErrorFields.read(body));
            case BackendMessageType.FUNCTION_CALL_RESPONSE ->
                    new BackendMessage.FunctionCallResponse(body.value("result"));
            case BackendMessageType.NEGOTIATE_PROTOCOL_VERSION -> negotiation(body);
            case BackendMessageType.NO_DATA -> new BackendMessage.NoData();
            case BackendMessageType.NOTICE_RESPONSE ->
                    new BackendMessage.NoticeResponse(ErrorFields.read(body));
            case BackendMessageType.NOTIFICATION_RESPONSE ->
                    new BackendMessage.NotificationResponse(
                            body.int32("process"), body.string("channel"), body.string("payload"));
            case BackendMessageType.PARAMETER_DESCRIPTION -> parameterDescription(body);
            case BackendMessageType.PARAMETER_STATUS ->
                    new BackendMessage.ParameterStatus(body.string("name"), body.string("value"));
            case BackendMessageType.PARSE_COMPLETE -> new BackendMessage.ParseComplete();
            case BackendMessageType.PORTAL_SUSPENDED -> new BackendMessage.PortalSuspended();
            case BackendMessageType.READY_FOR_QUERY ->
                    new BackendMessage.ReadyForQuery(TransactionStatus.of(body.int8("status")));
            case BackendMessageType.ROW_DESCRIPTION -> rowDescription(body);
            default ->
                    throw ProtocolViolation.of(
                            "message type", WireText.hex(type), "a backend message type");
        };
    }

    private static AuthenticationRequest authentication(Body body) {
        int code = body.int32("request");
        return switch (code) {
            case AuthenticationCode.OK -> new AuthenticationRequest.Ok();
            case AuthenticationCode.KERBEROS_V5 -> new AuthenticationRequest.KerberosV5();
            case AuthenticationCode.CLEARTEXT_PASSWORD ->
                    new AuthenticationRequest.CleartextPassword();
            case AuthenticationCode.MD5_PASSWORD ->
                    new AuthenticationRequest.Md5Password(body.int32("salt"));
            case AuthenticationCode.GSS -> new AuthenticationRequest.Gss();
            case AuthenticationCode.GSS_CONTINUE ->
                    new AuthenticationRequest.GssContinue(body.rest());
            case AuthenticationCode.SSPI -> new AuthenticationRequest.Sspi();
            case AuthenticationCode.SASL -> sasl(body);
            case AuthenticationCode.SASL_CONTINUE ->
                    new AuthenticationRequest.SaslContinue(body.rest());
            case AuthenticationCode.SASL_FINAL -> new AuthenticationRequest.SaslFinal(body.rest());
            default -> throw body.violation("request", code, "0, 2, 3, 5 or 7..12");
        };
    }

    private static AuthenticationRequest sasl(Body body) {
        List<String> mechanisms = new ArrayList<>();
        while (true) {
            String mechanism = body.string("mechanism");
            if (mechanism.isEmpty()) {
                return new AuthenticationRequest.Sasl(mechanisms);
            }
            mechanisms.add(mechanism);
        }
    }

    private static Format copyFormat(Body body) {
        byte code = body.int8("format");
        return switch (code) {
            case 0 -> Format.TEXT;
            case 1 -> Format.BINARY;
            default -> throw body.violation("format", code, "0 or 1");
        };
    }

    private static List<Format> columnFormats(Body body) {
        return body.formats("column count", "column format");
    }

    private static BackendMessage negotiation(Body body) {
        int version = body.int32("version");
        int count = body.count32("option count", 1);
        List<String> options = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            options.add(body.string("option"));
        }
        return new BackendMessage.NegotiateProtocolVersion(version, options);
    }

    private static BackendMessage parameterDescription(Body body) {
        int count = body.count16("parameter count", Integer.BYTES);
        List<Integer> oids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            oids.add(body.int32("parameter type"));
        }
        return new BackendMessage.ParameterDescription(oids);
    }

    private static BackendMessage rowDescription(Body body) {
        int count = body.count16("column count", COLUMN_BYTES_MIN);
        List<BackendMessage.Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            columns.add(
                    new BackendMessage.Column(
                            body.string("column name"),
                            body.int32("table"),
                            body.int16("column number"),
                            body.int32("type"),
                            body.int16("type size"),
                            body.int32("type modifier"),
                            body.format("column format")));
        }
        return new BackendMessage.RowDescription(columns);
    }

    static void writeCopyResponse(ByteBuf out, byte type, Format format, List<Format> columns) {
        int start = Frame.begin(out, type);
        out.writeByte(format.code());
        Format.writeAll(out, columns);
        Frame.end(out, start);
    }

    static void writeAuthentication(ByteBuf out, int code) {
        out.writeByte(BackendMessageType.AUTHENTICATION);
        out.writeInt(2 * Integer.BYTES);
        out.writeInt(code);
    }

    static void writeAuthentication(ByteBuf out, int code, ByteBuf data) {
        int start = Frame.begin(out, BackendMessageType.AUTHENTICATION);
        out.writeInt(code);
        Frame.writeBytes(out, data);
        Frame.end(out, start);
    }
}
