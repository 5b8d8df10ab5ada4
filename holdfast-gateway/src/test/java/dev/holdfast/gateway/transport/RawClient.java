package dev.holdfast.gateway.transport;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// A client that says what it is told to, right or wrong. Waits five seconds for each answer.
final class RawClient implements AutoCloseable {
    private static final int MILLIS_MAX = 5_000;

    private Socket socket;
    private DataInputStream in;
    private int processId;
    private byte[] secret = new byte[0];

    /// A message from the gateway.
    @SuppressWarnings("ArrayRecordComponent") // Only looked at.
    record Message(char type, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(MILLIS_MAX);
        in = new DataInputStream(socket.getInputStream());
    }

    static RawClient clear(int port) throws IOException {
        return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// Connects and asks for TLS as libpq does.
    static RawClient encrypted(int port) throws IOException, GeneralSecurityException {
        RawClient client = clear(port);
        client.send(packet(new StartupPacket.SslRequest()));
        if (client.in.readByte() != 'S') {
            throw new IOException("answer to SSLRequest: not S (expected: S)");
        }
        client.handshake("postgresql");
        return client;
    }

    /// Puts TLS over the connection, with these ALPN protocols.
    void handshake(String... protocols) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, "localhost", socket.getPort(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        tls.setSSLParameters(parameters);
        tls.setSoTimeout(MILLIS_MAX);
        socket = tls;
        tls.startHandshake();
        in = new DataInputStream(tls.getInputStream());
    }

    void send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /// @param parameters names and values in turn
    void startup(int minor, String... parameters) throws IOException {
        List<StartupPacket.Parameter> all = new ArrayList<>();
        for (int i = 0; i < parameters.length; i += 2) {
            all.add(new StartupPacket.Parameter(parameters[i], parameters[i + 1]));
        }
        send(packet(StartupPacket.startup(minor, all)));
    }

    void login(String password) throws IOException, ScramException {
        prove(password, new byte[0]);
        readUntilReady();
    }

    void loginAndQueryAtOnce(String password, String query) throws IOException, ScramException {
        prove(password, message(new FrontendMessage.Query(query)));
        readUntilReady();
    }

    private void prove(String password, byte[] ahead) throws IOException, ScramException {
        expect('R');
        ScramClient scram =
                ScramClient.builder()
                        .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                        .username("*")
                        .password(password.toCharArray())
                        .build();
        send(
                message(
                        new FrontendMessage.SaslInitialResponse(
                                "SCRAM-SHA-256", bytes(scram.clientFirstMessage().toString()))));
        byte[] challenge = expect('R').body();
        scram.serverFirstMessage(
                new String(challenge, 4, challenge.length - 4, StandardCharsets.UTF_8));
        byte[] last =
                message(
                        new FrontendMessage.SaslResponse(
                                bytes(scram.clientFinalMessage().toString())));
        byte[] all = Arrays.copyOf(last, last.length + ahead.length);
        System.arraycopy(ahead, 0, all, last.length, ahead.length);
        send(all);
    }

    /// The one byte that answers a request for encryption.
    char answer() throws IOException {
        return (char) in.readByte();
    }

    Message expect(char type) throws IOException {
        Message message = read();
        if (message.type != type) {
            throw new IOException(
                    message.type + " " + message.text() + " (expected: " + type + ")");
        }
        return message;
    }

    Message read() throws IOException {
        char type = (char) in.readByte();
        byte[] body = in.readNBytes(in.readInt() - 4);
        if (type == 'K') {
            ByteBuf key = Unpooled.wrappedBuffer(body);
            processId = key.readInt();
            secret = ByteBufUtil.getBytes(key);
        }
        return new Message(type, body);
    }

    /// Everything up to ReadyForQuery as one text.
    String readUntilReady() throws IOException {
        StringBuilder all = new StringBuilder();
        while (true) {
            Message message = read();
            if (message.type == 'E') {
                throw new IOException(message.text());
            }
            if (message.type == 'Z') {
                return all.toString();
            }
            all.append(message.text());
        }
    }

    /// The SQLSTATE of the FATAL error that comes next.
    String fatal() throws IOException {
        String text = expect('E').text();
        if (!text.contains("VFATAL\0")) {
            throw new IOException(text + " (expected: FATAL)");
        }
        int code = text.indexOf("\0C") + 2;
        return text.substring(code, code + 5);
    }

    /// Whether the gateway has closed the connection; waits for it.
    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            // A reset: bytes of ours were still on their way.
            return true;
        }
    }

    int processId() {
        return processId;
    }

    byte[] secret() {
        return secret;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] packet(StartupPacket packet) {
        ByteBuf out = Unpooled.buffer();
        packet.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] message(FrontendMessage message) {
        ByteBuf out = Unpooled.buffer();
        message.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
