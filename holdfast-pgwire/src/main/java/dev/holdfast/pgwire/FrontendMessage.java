package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message of a client after the start-up phase, named as in the PostgreSQL manual, chapter
/// "Frontend/Backend Protocol", section "Message Formats".
///
/// Values ([ByteBuf]) are views into the frame that was decoded: not copied, not retained, valid only
/// as long as the frame is. Whoever keeps a message longer copies or retains what it needs. Encoding
/// reads values without consuming them, so a message can be encoded more than once. Two messages are
/// equal if their bytes are.
///
/// Text is UTF-8 without a zero character; a constructor refuses any other with an
/// `IllegalArgumentException`.
public sealed interface FrontendMessage {
    /// Reads the one message that starts at the reader index and has arrived completely; advances the
    /// reader index behind it. After a violation the reader index has not moved.
    ///
    /// Lengths are not compared with [FrameLimits]: that is the framer's part. Memory taken is
    /// proportional to the length of the frame, whatever counts stand in it.
    ///
    /// @throws ProtocolViolation if the bytes are not exactly one message of a known type: 08P01, or
    ///     22021 for text that is not UTF-8, or 22023 for an unknown format code
    static FrontendMessage decode(ByteBuf frame) {
        return FrontendDecoder.decode(frame);
    }

    /// Appends the whole message: type byte, length, body.
    void encode(ByteBuf out);

    /// Makes a portal of a prepared statement and parameter values.
    ///
    /// @param portal the portal's name, empty for the unnamed one
    /// @param statement the prepared statement's name, empty for the unnamed one
    /// @param parameterFormats none (all text), one (for all), or one for each parameter
    /// @param parameters the values, null for NULL; at most 65,535
    /// @param resultFormats none (all text), one (for all), or one for each result column
    record Bind(
            String portal,
            String statement,
            List<Format> parameterFormats,
            List<@Nullable ByteBuf> parameters,
            List<Format> resultFormats)
            implements FrontendMessage {
        // Written out because javac leaves the @Nullable of a type argument out of a compact one.
        public Bind(
                String portal,
                String statement,
                List<Format> parameterFormats,
                List<@Nullable ByteBuf> parameters,
                List<Format> resultFormats) {
            Frame.requireCount16("parameterFormats", parameterFormats.size());
            Frame.requireCount16("parameters", parameters.size());
            Frame.requireCount16("resultFormats", resultFormats.size());
            this.portal = WireText.requireSendable("portal", portal);
            this.statement = WireText.requireSendable("statement", statement);
            this.parameterFormats = List.copyOf(parameterFormats);
            this.parameters = Frame.copyOf(parameters);
            this.resultFormats = List.copyOf(resultFormats);
        }

        /// The two names with which a Bind begins.
        ///
        /// @param portal the portal's name, empty for the unnamed one
        /// @param statement the prepared statement's name, empty for the unnamed one
        public record Names(String portal, String statement) {}

        /// Reads only the names of the Bind at the reader index; consumes nothing. What follows them is
        /// not looked at.
        ///
        /// @throws ProtocolViolation if the names are not there
        public static Names names(ByteBuf frame) {
            Body body = FrontendDecoder.body(frame, "Bind");
            return new Names(body.string("portal"), body.string("statement"));
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.BIND);
            WireText.write(out, portal);
            WireText.write(out, statement);
            Format.writeAll(out, parameterFormats);
            out.writeShort(parameters.size());
            for (ByteBuf parameter : parameters) {
                Frame.writeValue(out, parameter);
            }
            Format.writeAll(out, resultFormats);
            Frame.end(out, start);
        }
    }

    /// Closes a prepared statement or portal.
    ///
    /// @param target which of the two
    /// @param name its name, empty for the unnamed one
    record Close(DescribeTarget target, String name) implements FrontendMessage {
        public Close {
            WireText.requireSendable("name", name);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.CLOSE);
            out.writeByte(target.code());
            WireText.write(out, name);
            Frame.end(out, start);
        }
    }

    /// A piece of COPY data; borders of rows are not borders of messages.
    ///
    /// @param data the bytes, possibly none
    record CopyData(ByteBuf data) implements FrontendMessage {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.COPY_DATA);
            Frame.writeBytes(out, data);
            Frame.end(out, start);
        }
    }

    /// The COPY data is complete.
    record CopyDone() implements FrontendMessage {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, FrontendMessageType.COPY_DONE);
        }
    }

    /// The COPY is to fail.
    ///
    /// @param reason text for the error that the server then raises
    record CopyFail(String reason) implements FrontendMessage {
        public CopyFail {
            WireText.requireSendable("reason", reason);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.COPY_FAIL);
            WireText.write(out, reason);
            Frame.end(out, start);
        }
    }

    /// Asks what a prepared statement or portal takes and gives.
    ///
    /// @param target which of the two
    /// @param name its name, empty for the unnamed one
    record Describe(DescribeTarget target, String name) implements FrontendMessage {
        public Describe {
            WireText.requireSendable("name", name);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.DESCRIBE);
            out.writeByte(target.code());
            WireText.write(out, name);
            Frame.end(out, start);
        }
    }

    /// Runs a portal.
    ///
    /// @param portal its name, empty for the unnamed one
    /// @param rowsMax how many rows to return at most; 0 or less for all
    record Execute(String portal, int rowsMax) implements FrontendMessage {
        public Execute {
            WireText.requireSendable("portal", portal);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.EXECUTE);
            WireText.write(out, portal);
            out.writeInt(rowsMax);
            Frame.end(out, start);
        }
    }

    /// Asks for the answers so far, without ending the extended query.
    record Flush() implements FrontendMessage {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, FrontendMessageType.FLUSH);
        }
    }

    /// Calls a function by its object identifier, past all SQL.
    ///
    /// @param functionOid the function, an unsigned number in a signed int
    /// @param argumentFormats none (all text), one (for all), or one for each argument
    /// @param arguments the values, null for NULL; at most 65,535
    /// @param resultFormat how to write the result
    record FunctionCall(
            int functionOid,
            List<Format> argumentFormats,
            List<@Nullable ByteBuf> arguments,
            Format resultFormat)
            implements FrontendMessage {
        // Written out because javac leaves the @Nullable of a type argument out of a compact one.
        public FunctionCall(
                int functionOid,
                List<Format> argumentFormats,
                List<@Nullable ByteBuf> arguments,
                Format resultFormat) {
            Frame.requireCount16("argumentFormats", argumentFormats.size());
            Frame.requireCount16("arguments", arguments.size());
            this.functionOid = functionOid;
            this.argumentFormats = List.copyOf(argumentFormats);
            this.arguments = Frame.copyOf(arguments);
            this.resultFormat = resultFormat;
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.FUNCTION_CALL);
            out.writeInt(functionOid);
            Format.writeAll(out, argumentFormats);
            out.writeShort(arguments.size());
            for (ByteBuf argument : arguments) {
                Frame.writeValue(out, argument);
            }
            out.writeShort(resultFormat.code());
            Frame.end(out, start);
        }
    }

    /// Prepares a statement.
    ///
    /// @param statement the name to give it, empty for the unnamed one
    /// @param query the SQL text
    /// @param parameterTypeOids types that the client prescribes, 0 for an open one; unsigned numbers
    ///     in signed ints; at most 65,535
    record Parse(String statement, String query, List<Integer> parameterTypeOids)
            implements FrontendMessage {
        public Parse {
            WireText.requireSendable("statement", statement);
            WireText.requireSendable("query", query);
            Frame.requireCount16("parameterTypeOids", parameterTypeOids.size());
            parameterTypeOids = List.copyOf(parameterTypeOids);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.PARSE);
            WireText.write(out, statement);
            WireText.write(out, query);
            out.writeShort(parameterTypeOids.size());
            for (int oid : parameterTypeOids) {
                out.writeInt(oid);
            }
            Frame.end(out, start);
        }
    }

    /// Runs SQL by the simple protocol.
    ///
    /// @param query the SQL text, possibly several statements
    record Query(String query) implements FrontendMessage {
        public Query {
            WireText.requireSendable("query", query);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.QUERY);
            WireText.write(out, query);
            Frame.end(out, start);
        }
    }

    /// Ends an extended query; the server answers ReadyForQuery.
    record Sync() implements FrontendMessage {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, FrontendMessageType.SYNC);
        }
    }

    /// Ends the session.
    record Terminate() implements FrontendMessage {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, FrontendMessageType.TERMINATE);
        }
    }

    /// The answer to an authentication request. Four messages share the type byte `p`, and only the
    /// request tells which one is meant: [#decode] gives an [OpaqueReply], whose methods read it as
    /// what was asked for.
    sealed interface AuthenticationReply extends FrontendMessage {}

    /// An answer to an authentication request that has not been read yet.
    ///
    /// @param data the whole body
    record OpaqueReply(ByteBuf data) implements AuthenticationReply {
        /// Reads the answer to AuthenticationCleartextPassword or AuthenticationMD5Password.
        ///
        /// @throws ProtocolViolation if it is none
        public PasswordMessage asPassword() {
            return FrontendDecoder.password(data);
        }

        /// Reads the answer to AuthenticationSASL.
        ///
        /// @throws ProtocolViolation if it is none
        public SaslInitialResponse asSaslInitialResponse() {
            return FrontendDecoder.saslInitialResponse(data);
        }

        /// Reads the answer to AuthenticationSASLContinue.
        public SaslResponse asSaslResponse() {
            return new SaslResponse(data.slice());
        }

        /// Reads the answer to AuthenticationGSS, AuthenticationSSPI or AuthenticationGSSContinue.
        public GssResponse asGssResponse() {
            return new GssResponse(data.slice());
        }

        @Override
        public void encode(ByteBuf out) {
            FrontendDecoder.writeReply(out, data);
        }

        /// Names the size only: the data may be a password.
        @Override
        public String toString() {
            return "OpaqueReply[" + data.readableBytes() + " bytes]";
        }
    }

    /// A password, plain or as an MD5 digest.
    ///
    /// @param password what was asked for
    record PasswordMessage(String password) implements AuthenticationReply {
        public PasswordMessage {
            WireText.requireSendable("password", password);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.PASSWORD_MESSAGE);
            WireText.write(out, password);
            Frame.end(out, start);
        }

        /// Never shows the password.
        @Override
        public String toString() {
            return "PasswordMessage[]";
        }
    }

    /// The first step of SASL.
    ///
    /// @param mechanism the mechanism that the client chose, e.g. `SCRAM-SHA-256`
    /// @param data the mechanism's first message; null if there is none, which is not the same as empty
    record SaslInitialResponse(String mechanism, @Nullable ByteBuf data)
            implements AuthenticationReply {
        public SaslInitialResponse {
            WireText.requireSendable("mechanism", mechanism);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, FrontendMessageType.PASSWORD_MESSAGE);
            WireText.write(out, mechanism);
            Frame.writeValue(out, data);
            Frame.end(out, start);
        }
    }

    /// A later step of SASL.
    ///
    /// @param data the mechanism's message
    record SaslResponse(ByteBuf data) implements AuthenticationReply {
        @Override
        public void encode(ByteBuf out) {
            FrontendDecoder.writeReply(out, data);
        }
    }

    /// A step of GSSAPI or SSPI.
    ///
    /// @param data the mechanism's token
    record GssResponse(ByteBuf data) implements AuthenticationReply {
        @Override
        public void encode(ByteBuf out) {
            FrontendDecoder.writeReply(out, data);
        }
    }
}
