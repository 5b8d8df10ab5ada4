package dev.holdfast.server.fault;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Stands between a client and a server of PostgreSQL's protocol, without TLS, and shows a [Tap] each
/// message before it is passed on. The tap says whether it is, whether half of it is, and what happens
/// then.
final class WireRelay implements AutoCloseable {
    private static final int CANCEL_REQUEST = 80877102;
    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;
    private static final int CONNECT_MILLIS_MAX = 5_000;

    private final ServerSocket listener;
    private final Tap tap;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int targetPort;

    /// Sees what passes, on the thread of its connection.
    interface Tap {
        /// A statement is about to be passed on: the message that runs it (Query or Execute).
        Passage request(RelayedConnection connection, String text);

        /// What says that a statement is over is about to be passed back.
        ///
        /// @param succeeded whether it is no error
        Passage answer(RelayedConnection connection, String text, boolean succeeded);
    }

    /// What becomes of a message.
    sealed interface Passage {
        Passage ON = new On();

        /// It is passed on.
        record On() implements Passage {}

        /// The connection is cut at this message.
        ///
        /// @param halves how much of it is passed on before, in halves: 0, 1 or 2
        /// @param then runs after that, before the connection is cut
        record Strike(int halves, Runnable then) implements Passage {}
    }

    private WireRelay(ServerSocket listener, Tap tap) {
        this.listener = listener;
        this.tap = tap;
    }

    /// Listens on a free port of 127.0.0.1.
    static WireRelay start(Tap tap) {
        try {
            WireRelay relay =
                    new WireRelay(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), tap);
            Thread.ofPlatform().daemon().name("wire-relay").start(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen", e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /// Where connections go from now on, on 127.0.0.1.
    void target(int port) {
        targetPort = port;
    }

    /// Cuts every connection.
    void cut() {
        open.forEach(WireRelay::reset);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop listening", e);
        }
        cut();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                daemon(() -> relay(client));
            } catch (IOException _) {
                // Closed while waiting: the loop's condition ends it.
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread.ofPlatform().daemon().name("wire-relay-connection").start(work);
    }

    private void relay(Socket client) {
        Socket server = new Socket();
        open.add(server);
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            DataInputStream fromClient = input(client);
            WireMessage startup = WireMessage.readStartup(fromClient);
            while (startup.number() == SSL_REQUEST || startup.number() == GSS_REQUEST) {
                client.getOutputStream().write('N');
                startup = WireMessage.readStartup(fromClient);
            }
            server.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort),
                    CONNECT_MILLIS_MAX);
            server.getOutputStream().write(startup.bytes());
            if (startup.number() != CANCEL_REQUEST) {
                RelayedConnection connection = new RelayedConnection(startup.text(1, 4));
                daemon(() -> answers(connection, server, client));
                requests(connection, fromClient, server.getOutputStream());
            }
        } catch (IOException _) {
            // Somebody is gone, and the other one is to see it.
        } finally {
            end(client, server);
        }
    }

    private void end(Socket client, Socket server) {
        reset(client);
        reset(server);
        open.remove(client);
        open.remove(server);
    }

    private static DataInputStream input(Socket socket) throws IOException {
        return new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    private void requests(RelayedConnection connection, DataInputStream from, OutputStream to)
            throws IOException {
        for (@Nullable WireMessage message = WireMessage.read(from);
                message != null;
                message = WireMessage.read(from)) {
            @Nullable String text = connection.requested(message);
            Passage passage = text == null ? Passage.ON : tap.request(connection, text);
            if (!passes(message, passage, to)) {
                return;
            }
        }
    }

    private void answers(RelayedConnection connection, Socket server, Socket client) {
        try {
            DataInputStream from = input(server);
            OutputStream to = client.getOutputStream();
            for (@Nullable WireMessage message = WireMessage.read(from);
                    message != null;
                    message = WireMessage.read(from)) {
                @Nullable String text = connection.answered(message);
                Passage passage =
                        text == null
                                ? Passage.ON
                                : tap.answer(connection, text, message.type() != 'E');
                if (!passes(message, passage, to)) {
                    return;
                }
            }
        } catch (IOException _) {
            // Somebody is gone, and the other one is to see it.
        } finally {
            end(client, server);
        }
    }

    /// Whether the connection goes on.
    private static boolean passes(WireMessage message, Passage passage, OutputStream to)
            throws IOException {
        return switch (passage) {
            case Passage.On _ -> {
                to.write(message.bytes());
                yield true;
            }
            case Passage.Strike(int halves, Runnable then) -> {
                to.write(message.bytes(), 0, message.bytes().length * halves / 2);
                then.run();
                yield false;
            }
        };
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException _) {
            // Closed already.
        }
        try {
            socket.close();
        } catch (IOException _) {
            // Nothing more can be done for it.
        }
    }
}
