package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message of a server, named as in the PostgreSQL manual, chapter "Frontend/Backend Protocol",
/// section "Message Formats". Authentication requests are the family [AuthenticationRequest].
///
/// Values ([ByteBuf]) are views into the frame that was decoded: not copied, not retained, valid only
/// as long as the frame is. Encoding reads them without consuming them. Text that is not UTF-8 is read
/// with U+FFFD in its place, because a server may speak before an encoding is agreed on and a database
/// in SQL_ASCII holds any bytes: such a message must be passed on as bytes, not encoded again.
public sealed interface BackendMessage permits AuthenticationRequest, BackendMessage.Plain {
    /// Reads the one message that starts at the reader index and has arrived completely; advances the
    /// reader index behind it. After a violation the reader index has not moved.
    ///
    /// Memory taken is proportional to the length of the frame, whatever counts stand in it.
    ///
    /// @throws ProtocolViolation if the bytes are not exactly one message of a known type
    static BackendMessage decode(ByteBuf frame) {
        return BackendDecoder.decode(frame);
    }

    /// Appends the whole message: type byte, length, body.
    void encode(ByteBuf out);

    /// Every message that is not an authentication request.
    sealed interface Plain extends BackendMessage {}

    /// What a CancelRequest for this session must know.
    ///
    /// @param processId the session's number
    /// @param secretKey its secret
    record BackendKeyData(int processId, SecretKey secretKey) implements Plain {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.BACKEND_KEY_DATA);
            out.writeInt(processId);
            secretKey.write(out);
            Frame.end(out, start);
        }
    }

    /// A Bind succeeded.
    record BindComplete() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.BIND_COMPLETE);
        }
    }

    /// A Close succeeded.
    record CloseComplete() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.CLOSE_COMPLETE);
        }
    }

    /// A statement succeeded.
    ///
    /// @param tag the command and mostly a row count, e.g. `SELECT 3`
    record CommandComplete(String tag) implements Plain {
        public CommandComplete {
            WireText.requireSendable("tag", tag);
        }

        @Override
        public void encode(ByteBuf out) {
            Answers.commandComplete(out, tag);
        }
    }

    /// A COPY in both directions begins (replication only).
    ///
    /// @param format the format of the whole
    /// @param columnFormats the format of each column
    record CopyBothResponse(Format format, List<Format> columnFormats) implements Plain {
        public CopyBothResponse {
            Frame.requireCount16("columnFormats", columnFormats.size());
            columnFormats = List.copyOf(columnFormats);
        }

        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeCopyResponse(
                    out, BackendMessageType.COPY_BOTH_RESPONSE, format, columnFormats);
        }
    }

    /// A piece of COPY data; a server sends one row each.
    ///
    /// @param data the bytes, possibly none
    record CopyData(ByteBuf data) implements Plain {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.COPY_DATA);
            Frame.writeBytes(out, data);
            Frame.end(out, start);
        }
    }

    /// The COPY data is complete.
    record CopyDone() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.COPY_DONE);
        }
    }

    /// A COPY from the client begins.
    ///
    /// @param format the format of the whole
    /// @param columnFormats the format of each column
    record CopyInResponse(Format format, List<Format> columnFormats) implements Plain {
        public CopyInResponse {
            Frame.requireCount16("columnFormats", columnFormats.size());
            columnFormats = List.copyOf(columnFormats);
        }

        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeCopyResponse(
                    out, BackendMessageType.COPY_IN_RESPONSE, format, columnFormats);
        }
    }

    /// A COPY to the client begins.
    ///
    /// @param format the format of the whole
    /// @param columnFormats the format of each column
    record CopyOutResponse(Format format, List<Format> columnFormats) implements Plain {
        public CopyOutResponse {
            Frame.requireCount16("columnFormats", columnFormats.size());
            columnFormats = List.copyOf(columnFormats);
        }

        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeCopyResponse(
                    out, BackendMessageType.COPY_OUT_RESPONSE, format, columnFormats);
        }
    }

    /// One row.
    ///
    /// @param values the columns, null for NULL
    record DataRow(List<@Nullable ByteBuf> values) implements Plain {
        // Written out because javac leaves the @Nullable of a type argument out of a compact one.
        public DataRow(List<@Nullable ByteBuf> values) {
            Frame.requireCount16("values", values.size());
            this.values = Frame.copyOf(values);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.DATA_ROW);
            out.writeShort(values.size());
            for (ByteBuf value : values) {
                Frame.writeValue(out, value);
            }
            Frame.end(out, start);
        }
    }

    /// The answer to a statement without text, in place of CommandComplete.
    record EmptyQueryResponse() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.EMPTY_QUERY_RESPONSE);
        }
    }

    /// An error.
    ///
    /// @param fields what it says
    record ErrorResponse(ErrorFields fields) implements Plain {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.ERROR_RESPONSE);
            fields.write(out);
            Frame.end(out, start);
        }
    }

    /// The result of a FunctionCall.
    ///
    /// @param value the result, null for NULL
    record FunctionCallResponse(@Nullable ByteBuf value) implements Plain {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.FUNCTION_CALL_RESPONSE);
            Frame.writeValue(out, value);
            Frame.end(out, start);
        }
    }

    /// The server speaks an older protocol than was asked for, or does not know some options.
    ///
    /// @param version the newest version of the server, major in the upper and minor in the lower 16
    ///     bits, as servers really send it
    /// @param unknownOptions the `_pq_.` options that the server does not know
    record NegotiateProtocolVersion(int version, List<String> unknownOptions) implements Plain {
        public NegotiateProtocolVersion {
            unknownOptions.forEach(option -> WireText.requireSendable("option", option));
            unknownOptions = List.copyOf(unknownOptions);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.NEGOTIATE_PROTOCOL_VERSION);
            out.writeInt(version);
            out.writeInt(unknownOptions.size());
            for (String option : unknownOptions) {
                WireText.write(out, option);
            }
            Frame.end(out, start);
        }
    }

    /// What was described gives no rows.
    record NoData() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.NO_DATA);
        }
    }

    /// A notice or warning; may come at any time.
    ///
    /// @param fields what it says
    record NoticeResponse(ErrorFields fields) implements Plain {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.NOTICE_RESPONSE);
            fields.write(out);
            Frame.end(out, start);
        }
    }

    /// A NOTIFY of some session; may come at any time.
    ///
    /// @param processId the session that notified
    /// @param channel the channel's name
    /// @param payload the text, possibly empty
    record NotificationResponse(int processId, String channel, String payload) implements Plain {
        public NotificationResponse {
            WireText.requireSendable("channel", channel);
            WireText.requireSendable("payload", payload);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.NOTIFICATION_RESPONSE);
            out.writeInt(processId);
            WireText.write(out, channel);
            WireText.write(out, payload);
            Frame.end(out, start);
        }
    }

    /// The parameters of a prepared statement.
    ///
    /// @param typeOids the type of each, unsigned numbers in signed ints
    record ParameterDescription(List<Integer> typeOids) implements Plain {
        public ParameterDescription {
            Frame.requireCount16("typeOids", typeOids.size());
            typeOids = List.copyOf(typeOids);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.PARAMETER_DESCRIPTION);
            out.writeShort(typeOids.size());
            for (int oid : typeOids) {
                out.writeInt(oid);
            }
            Frame.end(out, start);
        }
    }

    /// A setting that the server reports; may come at any time.
    ///
    /// @param name the setting
    /// @param value its value
    record ParameterStatus(String name, String value) implements Plain {
        public ParameterStatus {
            WireText.requireSendable("name", name);
            WireText.requireSendable("value", value);
        }

        @Override
        public void encode(ByteBuf out) {
            Answers.parameterStatus(out, name, value);
        }
    }

    /// A Parse succeeded.
    record ParseComplete() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.PARSE_COMPLETE);
        }
    }

    /// An Execute reached its limit of rows; the portal can be executed further.
    record PortalSuspended() implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Frame.writeEmpty(out, BackendMessageType.PORTAL_SUSPENDED);
        }
    }

    /// The server waits for the next query.
    ///
    /// @param status where the session stands
    record ReadyForQuery(TransactionStatus status) implements Plain {
        @Override
        public void encode(ByteBuf out) {
            Answers.readyForQuery(out, status);
        }
    }

    /// The columns of the rows to come.
    ///
    /// @param columns in order
    record RowDescription(List<Column> columns) implements Plain {
        public RowDescription {
            Frame.requireCount16("columns", columns.size());
            columns = List.copyOf(columns);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.ROW_DESCRIPTION);
            out.writeShort(columns.size());
            for (Column column : columns) {
                column.write(out);
            }
            Frame.end(out, start);
        }
    }

    /// One column of a [RowDescription]. Object identifiers are unsigned numbers in signed ints.
    ///
    /// @param name its name
    /// @param tableOid the table that it comes from, 0 if it is no table's column
    /// @param columnNumber its number in that table, else 0
    /// @param typeOid its type
    /// @param typeBytes the type's size in bytes, negative for a variable one
    /// @param typeModifier the type's modifier, −1 for none
    /// @param format how its values are written; TEXT where that is not known yet
    record Column(
            String name,
            int tableOid,
            short columnNumber,
            int typeOid,
            short typeBytes,
            int typeModifier,
            Format format) {
        public Column {
            WireText.requireSendable("name", name);
        }

        private void write(ByteBuf out) {
            WireText.write(out, name);
            out.writeInt(tableOid);
            out.writeShort(columnNumber);
            out.writeInt(typeOid);
            out.writeShort(typeBytes);
            out.writeInt(typeModifier);
            out.writeShort(format.code());
        }
    }
}
