package dev.holdfast.pgwire;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Sessions of real clients with real servers, split at every byte. How they were recorded stands in
/// `wire/README.md`.
class WireReplayTest {
    private static final List<String> SESSIONS =
            List.of(
                    "negotiation-15-1",
                    "negotiation-15-2",
                    "negotiation-18-1",
                    "negotiation-18-2",
                    "pgbench-1",
                    "pgbench-2",
                    "pgjdbc-1",
                    "pgjdbc-2",
                    "pgjdbc-3",
                    "pgjdbc-4",
                    "pgjdbc-5",
                    "pgjdbc-6",
                    "psql-1",
                    "python-1",
                    "python-2");

    static List<String> sessions() {
        return SESSIONS;
    }

    /// One direction of a session, taken message by message from a buffer that fills up.
    private interface Stream {
        /// The next message, or null if it has not arrived completely.
        @Nullable Object next(ByteBuf in);
    }

    private static final class ClientStream implements Stream {
        private final MessageFramer framer = new MessageFramer(FrameLimits.frontend());
        private final boolean decoding;
        private boolean started;

        /// @param decoding whether to give messages; otherwise their lengths only, which is faster
        ClientStream(boolean decoding) {
            this.decoding = decoding;
        }

        @Override
        public @Nullable Object next(ByteBuf in) {
            if (!started) {
                StartupPacket packet = StartupPacket.read(in);
                started = packet instanceof StartupPacket.StartupMessage;
                return packet;
            }
            int length = framer.frameLength(in);
            if (length == MessageFramer.INCOMPLETE || length > in.readableBytes()) {
                return null;
            }
            return decoding ? FrontendMessage.decode(in) : skip(in, length);
        }
    }

    private static final class ServerStream implements Stream {
        private final MessageFramer framer = new MessageFramer(FrameLimits.backend());
        private final boolean decoding;
        private int encryptionAnswers;

        /// @param decoding whether to give messages; otherwise their lengths only, which is faster
        /// @param encryptionAnswers how many requests for encryption are answered, with one byte each,
        ///     before the first message
        ServerStream(boolean decoding, int encryptionAnswers) {
            this.decoding = decoding;
            this.encryptionAnswers = encryptionAnswers;
        }

        @Override
        public @Nullable Object next(ByteBuf in) {
            if (encryptionAnswers > 0 && in.isReadable()) {
                encryptionAnswers--;
                return in.readByte();
            }
            int length = framer.frameLength(in);
            if (length == MessageFramer.INCOMPLETE || length > in.readableBytes()) {
                return null;
            }
            return decoding ? BackendMessage.decode(in) : skip(in, length);
        }
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void findsTheSameMessagesWhereverTheBytesAreSplit(String session) throws IOException {
        ByteBuf client = recording(session, "client");
        ByteBuf server = recording(session, "server");
        int answers = encryptionRequests(session);

        splitEverywhere(client, ClientStream::new);
        splitEverywhere(server, decoding -> new ServerStream(decoding, answers));
    }

    private static Integer skip(ByteBuf in, int length) {
        in.skipBytes(length);
        return length;
    }

    private static void splitEverywhere(ByteBuf whole, Function<Boolean, Stream> stream) {
        int size = whole.readableBytes();
        List<Object> lengths = receive(whole, size, stream.apply(false));
        for (int split = 1; split < size; split++) {
            List<Object> lengthsWhenSplit = receive(whole, split, stream.apply(false));
            if (!lengthsWhenSplit.equals(lengths)) {
                assertThat(lengthsWhenSplit).as("split at %d", split).isEqualTo(lengths);
            }
        }
        assertThat(receiveByteByByte(whole, stream.apply(true)))
                .isEqualTo(receive(whole, size, stream.apply(true)));
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void rewritesEveryMessageByteForByte(String session) throws IOException {
        ByteBuf client = recording(session, "client");
        ByteBuf server = recording(session, "server");

        assertThat(rewritten(messagesOfClient(session))).isEqualTo(client);
        assertThat(rewritten(messagesOfServer(session))).isEqualTo(server);
    }

    private static ByteBuf rewritten(List<Object> messages) {
        ByteBuf out = Unpooled.buffer();
        for (Object message : messages) {
            switch (message) {
                case StartupPacket packet -> packet.encode(out);
                case FrontendMessage fromClient -> fromClient.encode(out);
                case BackendMessage fromServer -> fromServer.encode(out);
                default -> out.writeByte((Byte) message);
            }
        }
        return out;
    }

    @Test
    void refusesEveryEncryptionRequestInTheseRecordings() throws IOException {
        for (String session : SESSIONS) {
            List<Object> messages = messagesOfServer(session);
            for (int i = 0; i < encryptionRequests(session); i++) {
                assertThat(messages.get(i)).isEqualTo((byte) 'N');
            }
        }
    }

    @Test
    void hasRecordingsOfNearlyEveryMessage() throws IOException {
        Set<String> fromClients = new TreeSet<>();
        Set<String> fromServers = new TreeSet<>();
        for (String session : SESSIONS) {
            messagesOfClient(session).forEach(message -> fromClients.add(name(message)));
            messagesOfServer(session).forEach(message -> fromServers.add(name(message)));
        }

        // Missing: GssEncRequest, and the answers that decode gives as OpaqueReply.
        assertThat(fromClients)
                .containsExactly(
                        "Bind",
                        "CancelRequest",
                        "Close",
                        "CopyData",
                        "CopyDone",
                        "CopyFail",
                        "Describe",
                        "Execute",
                        "Flush",
                        "FunctionCall",
                        "OpaqueReply",
                        "Parse",
                        "Query",
                        "SslRequest",
                        "StartupMessage",
                        "Sync",
                        "Terminate");
        // Missing: CopyBothResponse (replication), KerberosV5, Gss, GssContinue, Sspi. Byte is the
        // answer to SSLRequest.
        assertThat(fromServers)
                .containsExactly(
                        "BackendKeyData",
                        "BindComplete",
                        "Byte",
                        "CleartextPassword",
                        "CloseComplete",
                        "CommandComplete",
                        "CopyData",
                        "CopyDone",
                        "CopyInResponse",
                        "CopyOutResponse",
                        "DataRow",
                        "EmptyQueryResponse",
                        "ErrorResponse",
                        "FunctionCallResponse",
                        "Md5Password",
                        "NegotiateProtocolVersion",
                        "NoData",
                        "NoticeResponse",
                        "NotificationResponse",
                        "Ok",
                        "ParameterDescription",
                        "ParameterStatus",
                        "ParseComplete",
                        "PortalSuspended",
                        "ReadyForQuery",
                        "RowDescription",
                        "Sasl",
                        "SaslContinue",
                        "SaslFinal");
    }

    private static String name(Object message) {
        return message.getClass().getSimpleName();
    }

    @Test
    void readsWhatServers15And18AnswerToANewerProtocol() throws IOException {
        List<Object> from15 = messagesOfServer("negotiation-15-1");
        List<Object> from18 = messagesOfServer("negotiation-18-1");
        List<String> options = List.of("_pq_.first", "_pq_.second");

        assertThat(from15).contains(new BackendMessage.NegotiateProtocolVersion(3 << 16, options));
        assertThat(from18)
                .contains(new BackendMessage.NegotiateProtocolVersion(3 << 16 | 2, options));
        assertThat(secretKey(from15).length()).isEqualTo(4);
        assertThat(secretKey(from18).length()).isEqualTo(32);
        assertThat(messagesOfClient("negotiation-18-2"))
                .singleElement()
                .isInstanceOfSatisfying(
                        StartupPacket.CancelRequest.class,
                        cancel -> assertThat(cancel.secretKey()).isEqualTo(secretKey(from18)));
    }

    private static SecretKey secretKey(List<Object> messages) {
        return messages.stream()
                .filter(BackendMessage.BackendKeyData.class::isInstance)
                .map(message -> ((BackendMessage.BackendKeyData) message).secretKey())
                .findFirst()
                .orElseThrow();
    }

    private static List<Object> messagesOfClient(String session) throws IOException {
        ByteBuf client = recording(session, "client");
        return receive(client, client.readableBytes(), new ClientStream(true));
    }

    private static List<Object> messagesOfServer(String session) throws IOException {
        ByteBuf server = recording(session, "server");
        return receive(
                server,
                server.readableBytes(),
                new ServerStream(true, encryptionRequests(session)));
    }

    private static int encryptionRequests(String session) throws IOException {
        return (int)
                messagesOfClient(session).stream()
                        .filter(message ->
                                message instanceof StartupPacket.SslRequest
                                        || message instanceof StartupPacket.GssEncRequest)
                        .count();
    }

    /// What is read when the bytes before and behind the split arrive apart.
    private static List<Object> receive(ByteBuf whole, int split, Stream stream) {
        List<Object> messages = new ArrayList<>();
        ByteBuf in = Unpooled.buffer(whole.readableBytes());
        in.writeBytes(whole, 0, split);
        takeAll(in, stream, messages);
        in.writeBytes(whole, split, whole.readableBytes() - split);
        takeAll(in, stream, messages);
        assertThat(in.isReadable()).isFalse();
        return messages;
    }

    private static List<Object> receiveByteByByte(ByteBuf whole, Stream stream) {
        List<Object> messages = new ArrayList<>();
        ByteBuf in = Unpooled.buffer(whole.readableBytes());
        for (int i = 0; i < whole.readableBytes(); i++) {
            in.writeByte(whole.getByte(i));
            takeAll(in, stream, messages);
        }
        assertThat(in.isReadable()).isFalse();
        return messages;
    }

    private static void takeAll(ByteBuf in, Stream stream, List<Object> messages) {
        for (Object message = stream.next(in); message != null; message = stream.next(in)) {
            messages.add(message);
        }
    }

    private static ByteBuf recording(String session, String peer) throws IOException {
        String name = "/wire/" + session + "." + peer + ".bin";
        try (InputStream in =
                requireNonNull(WireReplayTest.class.getResourceAsStream(name), name)) {
            return Unpooled.wrappedBuffer(in.readAllBytes());
        }
    }
}
