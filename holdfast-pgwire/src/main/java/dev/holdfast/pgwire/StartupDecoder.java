package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads and writes the packets of the start-up phase.
final class StartupDecoder {
    /// The content type of a TLS record that carries a handshake (RFC 8446, 5.1).
    static final byte TLS_HANDSHAKE = 0x16;

    /// In place of a version these numbers mean a request; their upper half is no version.
    static final int CANCEL_REQUEST = 1234 << 16 | 5678;

    static final int SSL_REQUEST = 1234 << 16 | 5679;
    static final int GSSENC_REQUEST = 1234 << 16 | 5680;

    /// Length and version.
    private static final int LENGTH_MIN = 2 * Integer.BYTES;

    private StartupDecoder() {}

    static @Nullable StartupPacket read(ByteBuf in) {
        if (in.readableBytes() < Integer.BYTES) {
            return null;
        }
        int start = in.readerIndex();
        int length = in.getInt(start);
        if (length < LENGTH_MIN || length > StartupPacket.LENGTH_MAX) {
            throw ProtocolViolation.of(
                    "start-up packet length", length, LENGTH_MIN + ".." + StartupPacket.LENGTH_MAX);
        }
        if (in.readableBytes() < length) {
            return null;
        }
        int end = start + length;
        int version = in.getInt(start + Integer.BYTES);
        Body body = Body.strict(in, start + LENGTH_MIN, end, name(version));
        StartupPacket packet =
                switch (version) {
                    case SSL_REQUEST -> new StartupPacket.SslRequest();
                    case GSSENC_REQUEST -> new StartupPacket.GssEncRequest();
                    case CANCEL_REQUEST ->
                            new StartupPacket.CancelRequest(
                                    body.int32("process"), SecretKey.read(body));
                    default -> startup(version, body);
                };
        body.requireEnd();
        in.readerIndex(end);
        return packet;
    }

    private static String name(int version) {
        return switch (version) {
            case SSL_REQUEST -> "SSLRequest";
            case GSSENC_REQUEST -> "GSSENCRequest";
            case CANCEL_REQUEST -> "CancelRequest";
            default -> "StartupMessage";
        };
    }

    private static StartupPacket startup(int version, Body body) {
        int major = version >>> 16;
        int minor = version & 0xffff;
        if (major != StartupPacket.MAJOR_VERSION) {
            throw ProtocolViolation.withState(
                    ProtocolViolation.FEATURE_NOT_SUPPORTED,
                    "protocol version",
                    major + "." + minor,
                    "3.0..3." + StartupPacket.NEWEST_MINOR_VERSION);
        }
        List<StartupPacket.Parameter> parameters = new ArrayList<>();
        while (true) {
            String name = body.string("parameter name");
            if (name.isEmpty()) {
                return StartupPacket.startup(minor, parameters);
            }
            if (parameters.size() == StartupPacket.PARAMETERS_MAX) {
                throw body.violation(
                        "parameters",
                        "more than " + StartupPacket.PARAMETERS_MAX,
                        "<= " + StartupPacket.PARAMETERS_MAX);
            }
            parameters.add(new StartupPacket.Parameter(name, body.string("parameter value")));
        }
    }

    static void writeRequest(ByteBuf out, int code) {
        out.writeInt(LENGTH_MIN);
        out.writeInt(code);
    }

    static void writeStartup(ByteBuf out, StartupPacket.StartupMessage message) {
        int start = out.writerIndex();
        out.writeInt(0);
        out.writeInt(StartupPacket.MAJOR_VERSION << 16 | message.minorVersion());
        writeAll(out, message.parameters());
        writeAll(out, message.protocolOptions());
        out.writeByte(0);
        out.setInt(start, out.writerIndex() - start);
    }

    private static void writeAll(ByteBuf out, List<StartupPacket.Parameter> parameters) {
        for (StartupPacket.Parameter parameter : parameters) {
            WireText.write(out, parameter.name());
            WireText.write(out, parameter.value());
        }
    }
}
