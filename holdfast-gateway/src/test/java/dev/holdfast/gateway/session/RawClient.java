package dev.holdfast.gateway.session;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.MessageFramer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client that sends exactly the messages it is told to, for what no driver does.
final class RawClient implements AutoCloseable {
    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final MessageFramer FRAMER = new MessageFramer(FrameLimits.backend());

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ByteBuf read = Unpooled.buffer();

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /// Logs in and waits for the first ReadyForQuery.
    static RawClient login(InetSocketAddress address, String user, String password, String database)
            throws IOException {
        Socket socket = new Socket();
        socket.connect(address);
        socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
        RawClient client = new RawClient(socket);
        try {
            client.startUp(user, password, database);
        } catch (ScramException e) {
            throw new IOException(e);
        }
        return client;
    }

    private void startUp(String user, String password, String database)
            throws IOException, ScramException {
        ByteBuf startup = Unpooled.buffer();
        startup.writeInt(0).writeInt(PROTOCOL_3_0);
        for (String text : List.of("user", user, "database", database)) {
            startup.writeBytes(text.getBytes(StandardCharsets.UTF_8)).writeByte(0);
        }
        startup.writeByte(0);
        startup.setInt(0, startup.readableBytes());
        write(startup);
        expectAuthentication(10);
        ScramClient scram =
                ScramClient.builder()
                        .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                        .username(user)
                        .password(password.toCharArray())
                        .build();
        String first = scram.clientFirstMessage().toString();
        ByteBuf initial = Unpooled.buffer();
        initial.writeBytes("SCRAM-SHA-256\0".getBytes(StandardCharsets.US_ASCII));
        initial.writeInt(first.length());
        initial.writeBytes(first.getBytes(StandardCharsets.UTF_8));
        sendRaw('p', initial);
        scram.serverFirstMessage(expectAuthentication(11));
        String last = scram.clientFinalMessage().toString();
        sendRaw('p', Unpooled.copiedBuffer(last, StandardCharsets.UTF_8));
        scram.serverFinalMessage(expectAuthentication(12));
        readUntilReady();
    }

    private String expectAuthentication(int code) throws IOException {
        ByteBuf frame = frame();
        if (frame.getByte(0) != 'R' || frame.getInt(5) != code) {
            throw new IOException(
                    "not authentication " + code + ": " + BackendMessage.decode(frame));
        }
        return frame.toString(9, frame.readableBytes() - 9, StandardCharsets.UTF_8);
    }

    RawClient send(FrontendMessage... messages) throws IOException {
        ByteBuf buffer = Unpooled.buffer();
        for (FrontendMessage message : messages) {
            message.encode(buffer);
        }
        write(buffer);
        return this;
    }

    RawClient sendRaw(char type, ByteBuf body) throws IOException {
        ByteBuf buffer = Unpooled.buffer();
        buffer.writeByte(type).writeInt(body.readableBytes() + 4).writeBytes(body);
        write(buffer);
        return this;
    }

    RawClient query(String sql) throws IOException {
        return send(new FrontendMessage.Query(sql));
    }

    void write(ByteBuf bytes) throws IOException {
        bytes.getBytes(bytes.readerIndex(), out, bytes.readableBytes());
        out.flush();
    }

    /// The next message.
    BackendMessage read() throws IOException {
        return BackendMessage.decode(frame());
    }

    /// Everything up to and including the next ReadyForQuery, in short: see [#brief].
    List<String> readUntilReady() throws IOException {
        List<String> messages = new ArrayList<>();
        while (true) {
            BackendMessage message;
            try {
                message = read();
            } catch (EOFException e) {
                throw new IOException("closed after " + messages, e);
            }
            if (message instanceof BackendMessage.ParameterStatus
                    || message instanceof BackendMessage.NoticeResponse) {
                continue;
            }
            messages.add(brief(message));
            if (message instanceof BackendMessage.ReadyForQuery) {
                return messages;
            }
        }
    }

    /// Everything up to the end of the connection, in short.
    List<String> readUntilClosed() throws IOException {
        List<String> messages = new ArrayList<>();
        while (true) {
            try {
                messages.add(brief(read()));
            } catch (EOFException e) {
                return messages;
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                messages.add("reset");
                return messages;
            }
        }
    }

    /// Whether nothing arrives for a while.
    boolean silentFor(Duration time) throws IOException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout((int) time.toMillis());
        try {
            int b = in.read();
            if (b >= 0) {
                read.writeByte(b);
            }
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(before);
        }
    }

    private static String brief(BackendMessage message) {
        return switch (message) {
            case BackendMessage.ReadyForQuery ready -> "Z" + (char) ready.status().code();
            case BackendMessage.CommandComplete complete -> "C " + complete.tag();
            case BackendMessage.ErrorResponse error ->
                    "E "
                            + error.fields().severity()
                            + " "
                            + error.fields().sqlState()
                            + rule(error.fields().value('n'));
            case BackendMessage.DataRow row -> "D " + values(row);
            default -> message.getClass().getSimpleName();
        };
    }

    private static String rule(@Nullable String constraint) {
        return constraint == null ? "" : " " + constraint;
    }

    private static String values(BackendMessage.DataRow row) {
        List<String> values = new ArrayList<>();
        for (ByteBuf value : row.values()) {
            values.add(value == null ? "null" : value.toString(StandardCharsets.UTF_8));
        }
        return String.join(",", values);
    }

    private ByteBuf frame() throws IOException {
        int length;
        while ((length = FRAMER.frameLength(read)) < 0 || read.readableBytes() < length) {
            byte[] chunk = new byte[8_192];
            int count = in.read(chunk);
            if (count < 0) {
                throw new EOFException();
            }
            read.writeBytes(chunk, 0, count);
        }
        byte[] frame = new byte[length];
        read.readBytes(frame);
        read.discardReadBytes();
        return Unpooled.wrappedBuffer(frame);
    }

    /// Says that nothing more comes, and goes on listening.
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
