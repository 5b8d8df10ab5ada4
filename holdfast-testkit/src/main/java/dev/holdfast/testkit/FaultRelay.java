package dev.holdfast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// A TCP relay that misbehaves on demand: it splits, delays, stalls and cuts what passes.
///
/// Real networks do all of this, only not when a test wants it. Faults apply to both directions and
/// to all connections, and may be changed while data flows.
public final class FaultRelay implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong fromTargetBytes = new AtomicLong();
    private final AtomicLong toTargetBytes = new AtomicLong();
    private final Object stallChange = new Object();
    private volatile int pieceBytes = BUFFER_BYTES;
    private volatile Duration delay = Duration.ZERO;
    private volatile long cutAfterBytes = Long.MAX_VALUE;
    private volatile boolean stalled;

    private FaultRelay(InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("fault-relay-accept").start(this::accept);
    }

    /// Relays from a free port of 127.0.0.1 to `host:port`, faithfully until told otherwise.
    public static FaultRelay to(String host, int port) {
        try {
            return new FaultRelay(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen", e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// Passes data in pieces of at most this many bytes, each its own packet.
    public void split(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("piece: " + bytes + " (expected: >= 1)");
        }
        pieceBytes = Math.min(bytes, BUFFER_BYTES);
    }

    /// Waits this long before passing each piece.
    public void delay(Duration time) {
        delay = time;
    }

    /// Cuts every connection once this many more bytes have come from the target.
    public void cutAfter(long bytesFromTarget) {
        cutAfterBytes = fromTargetBytes.get() + bytesFromTarget;
    }

    /// Stops passing data; connections stay open.
    public void stall() {
        stalled = true;
    }

    public void resume() {
        synchronized (stallChange) {
            stalled = false;
            stallChange.notifyAll();
        }
    }

    /// Cuts every connection now, with a reset rather than an orderly end.
    public void cut() {
        open.forEach(FaultRelay::reset);
    }

    /// Bytes that came from the target so far.
    public long fromTargetBytes() {
        return fromTargetBytes.get();
    }

    /// Bytes that went to the target so far.
    public long toTargetBytes() {
        return toTargetBytes.get();
    }

    /// Sockets that are open, two for each relayed connection.
    public int openSockets() {
        return open.size();
    }

    @Override
    public void close() {
        resume();
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
                Thread.ofVirtual().name("fault-relay").start(() -> relay(client));
            } catch (IOException _) {
                // Closed while waiting: the loop's condition ends it.
            }
        }
    }

    private void relay(Socket client) {
        Socket server = new Socket();
        open.add(server);
        try {
            server.connect(target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Thread up =
                    Thread.ofVirtual()
                            .name("fault-relay-up")
                            .start(() -> pump(client, server, toTargetBytes));
            pump(server, client, fromTargetBytes);
            up.join();
        } catch (IOException _) {
            // The target is not there: the client sees its connection closed.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            reset(client);
            reset(server);
            open.remove(client);
            open.remove(server);
        }
    }

    private void pump(Socket from, Socket to, AtomicLong passedBytes) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                int sent = 0;
                while (sent < read) {
                    awaitPermission();
                    int piece = Math.min(pieceBytes, read - sent);
                    out.write(buffer, sent, piece);
                    sent += piece;
                    passedBytes.addAndGet(piece);
                    if (fromTargetBytes.get() >= cutAfterBytes) {
                        cut();
                    }
                }
            }
            to.shutdownOutput();
        } catch (IOException _) {
            reset(from);
            reset(to);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitPermission() throws InterruptedException {
        synchronized (stallChange) {
            while (stalled) {
                stallChange.wait();
            }
        }
        if (delay.isPositive()) {
            Thread.sleep(delay);
        }
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
