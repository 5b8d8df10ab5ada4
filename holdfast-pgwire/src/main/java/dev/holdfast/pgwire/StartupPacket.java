package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client sends before it is in: packets without a type byte (PostgreSQL manual, "Message
/// Flow", section "Start-up", and "Message Formats": StartupMessage, SSLRequest, GSSENCRequest,
/// CancelRequest). A client may also begin with a TLS handshake at once: see [#beginsTls].
///
/// Stricter than PostgreSQL in three points: text must be UTF-8, requests must have exactly their
/// length, and there may be at most [#PARAMETERS_MAX] parameters.
public sealed interface StartupPacket {
    /// The largest length field accepted, in bytes: it counts itself and, as in PostgreSQL, 10,000 more.
    int LENGTH_MAX = 10_000 + Integer.BYTES;

    /// Most parameters and protocol options together.
    int PARAMETERS_MAX = 256;

    /// The major version that is spoken here.
    int MAJOR_VERSION = 3;

    /// The newest minor version that is spoken here: 3.2 brought longer keys for CancelRequest.
    int NEWEST_MINOR_VERSION = 2;

    /// Whether the bytes at the reader index are a TLS handshake: clients with
    /// `sslnegotiation=direct` (PostgreSQL 17 and later) send no SSLRequest before it. The server then
    /// has to insist on the ALPN protocol `postgresql`. No start-up packet begins with this byte, it
    /// would be hundreds of megabytes long. Consumes nothing.
    static boolean beginsTls(ByteBuf in) {
        return in.isReadable() && in.getByte(in.readerIndex()) == StartupDecoder.TLS_HANDSHAKE;
    }

    /// Reads one packet and advances the reader index behind it; what follows is left alone. The
    /// length is judged as soon as it is there, long before the rest has arrived.
    ///
    /// @return null if the packet has not arrived completely; then nothing is consumed
    /// @throws ProtocolViolation 08P01 for bytes that are no packet, 22021 for text that is not UTF-8,
    ///     0A000 for a major version other than 3
    static @Nullable StartupPacket read(ByteBuf in) {
        return StartupDecoder.read(in);
    }

    /// Appends the whole packet.
    void encode(ByteBuf out);

    /// Asks for TLS; the answer is one byte, `S` or `N`. Bytes that came with it, before TLS is up,
    /// must not be read (CVE-2021-23222 and its server-side twin CVE-2021-23214).
    record SslRequest() implements StartupPacket {
        @Override
        public void encode(ByteBuf out) {
            StartupDecoder.writeRequest(out, StartupDecoder.SSL_REQUEST);
        }
    }

    /// Asks for GSSAPI encryption; the answer is one byte, `G` or `N`.
    record GssEncRequest() implements StartupPacket {
        @Override
        public void encode(ByteBuf out) {
            StartupDecoder.writeRequest(out, StartupDecoder.GSSENC_REQUEST);
        }
    }

    /// Asks to cancel what another session is doing; there is no answer.
    ///
    /// @param processId that session's number
    /// @param secretKey that session's secret
    record CancelRequest(int processId, SecretKey secretKey) implements StartupPacket {
        @Override
        public void encode(ByteBuf out) {
            out.writeInt(3 * Integer.BYTES + secretKey.length());
            out.writeInt(StartupDecoder.CANCEL_REQUEST);
            out.writeInt(processId);
            secretKey.write(out);
        }
    }

    /// One name with its value.
    ///
    /// @param name not empty
    /// @param value possibly empty
    record Parameter(String name, String value) {
        public Parameter {
            WireText.requireSendable("parameter name", name);
            WireText.requireSendable("parameter value", value);
            // An empty name would end the list on the wire.
            if (name.isEmpty()) {
                throw new IllegalArgumentException("parameter name: empty (expected: a name)");
            }
        }
    }

    /// Asks for a session.
    ///
    /// A name may come more than once. For `user`, `database` and `options` PostgreSQL takes the last
    /// one; settings it applies in order, so that the last one wins too, and compares their names
    /// without regard to case.
    ///
    /// @param minorVersion the minor version that is asked for; the major version is 3
    /// @param parameters everything in the order sent, but for the protocol options
    /// @param protocolOptions the parameters whose names begin with `_pq_.`
    record StartupMessage(
            int minorVersion, List<Parameter> parameters, List<Parameter> protocolOptions)
            implements StartupPacket {
        /// What the names of protocol options begin with.
        public static final String PROTOCOL_OPTION_PREFIX = "_pq_.";

        public StartupMessage {
            if (minorVersion < 0 || minorVersion > 0xffff) {
                throw new IllegalArgumentException(
                        "minorVersion: " + minorVersion + " (expected: 0..65535)");
            }
            for (Parameter parameter : parameters) {
                requirePrefix(parameter, false);
            }
            for (Parameter option : protocolOptions) {
                requirePrefix(option, true);
            }
            parameters = List.copyOf(parameters);
            protocolOptions = List.copyOf(protocolOptions);
        }

        private static void requirePrefix(Parameter parameter, boolean wanted) {
            if (parameter.name().startsWith(PROTOCOL_OPTION_PREFIX) != wanted) {
                throw new IllegalArgumentException(
                        "parameter name: "
                                + parameter.name()
                                + " (expected: "
                                + (wanted ? "beginning with " : "not beginning with ")
                                + PROTOCOL_OPTION_PREFIX
                                + ")");
            }
        }

        /// The last value of a parameter of exactly this name, or null.
        public @Nullable String value(String name) {
            for (int i = parameters.size() - 1; i >= 0; i--) {
                if (parameters.get(i).name().equals(name)) {
                    return parameters.get(i).value();
                }
            }
            return null;
        }

        /// The user's name; null if there is none or an empty one, which PostgreSQL answers with 28000.
        public @Nullable String user() {
            String user = value("user");
            return user == null || user.isEmpty() ? null : user;
        }

        /// The database's name, which is the user's where there is none or an empty one; null if both
        /// are missing.
        public @Nullable String database() {
            String database = value("database");
            return database == null || database.isEmpty() ? user() : database;
        }

        /// Whether any parameter asks for a replication connection. Only the plain ways to say no are
        /// taken for a no; whatever else is there counts as asking.
        public boolean asksForReplication() {
            for (Parameter parameter : parameters) {
                if (parameter.name().equals("replication")) {
                    boolean no =
                            switch (parameter.value()) {
                                case "false", "off", "no", "0" -> true;
                                default -> false;
                            };
                    if (!no) {
                        return true;
                    }
                }
            }
            return false;
        }

        /// What must be told to the client before authentication, if it asked for a newer minor version
        /// or for protocol options, of which none exists yet; null if there is nothing to tell.
        ///
        /// @param newestMinor the newest minor version of this side, at most [#NEWEST_MINOR_VERSION]
        public BackendMessage.@Nullable NegotiateProtocolVersion negotiation(int newestMinor) {
            if (minorVersion <= newestMinor && protocolOptions.isEmpty()) {
                return null;
            }
            int version = MAJOR_VERSION << 16 | minorVersionSpoken(newestMinor);
            return new BackendMessage.NegotiateProtocolVersion(
                    version, protocolOptions.stream().map(Parameter::name).toList());
        }

        /// The minor version that both sides speak.
        ///
        /// @param newestMinor the newest minor version of this side, at most [#NEWEST_MINOR_VERSION]
        public int minorVersionSpoken(int newestMinor) {
            return Math.min(minorVersion, newestMinor);
        }

        @Override
        public void encode(ByteBuf out) {
            StartupDecoder.writeStartup(out, this);
        }
    }

    /// Whether a name is that of a protocol option.
    private static boolean isProtocolOption(Parameter parameter) {
        return parameter.name().startsWith(StartupMessage.PROTOCOL_OPTION_PREFIX);
    }

    /// A message of all parameters in the order sent, protocol options among them.
    static StartupMessage startup(int minorVersion, List<Parameter> all) {
        List<Parameter> parameters = new ArrayList<>(all);
        parameters.removeIf(StartupPacket::isProtocolOption);
        List<Parameter> protocolOptions = new ArrayList<>(all);
        protocolOptions.removeIf(parameter -> !isProtocolOption(parameter));
        return new StartupMessage(minorVersion, parameters, protocolOptions);
    }
}
