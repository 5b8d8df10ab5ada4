package dev.holdfast.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.gateway.DatabaseSettings.SslMode;
import dev.holdfast.testkit.SideBySide;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Something that poses as PostgreSQL, or is one that does not get on: at whatever step of the login it
/// stops or lies, the client is told that there is no database within the time for connecting, the
/// connection is closed, and the password has not left the gateway.
@SideBySide
class UpstreamImpostorIT {
    /// The time for connecting, and some for a slow machine.
    private static final Duration LIMIT = Duration.ofSeconds(3 + 7);

    /// What it does, in place of what PostgreSQL would.
    enum Behaviour {
        SAYS_NOTHING,
        CLOSES_AT_ONCE,
        STOPS_AFTER_THE_ANSWER_ABOUT_TLS,
        SAYS_NONSENSE_ABOUT_TLS,
        SENDS_BYTES_AHEAD_OF_TLS,
        STOPS_AFTER_ASKING_FOR_SCRAM,
        STOPS_AFTER_THE_SALT,
        STOPS_AFTER_LETTING_IN,
        CLOSES_AFTER_LETTING_IN,
        TRICKLES_NOTICES_FOR_EVER,
        ASKS_FOR_MD5,
        ASKS_FOR_THE_PASSWORD_IN_CLEAR,
        ASKS_FOR_GSS,
        OFFERS_AN_UNKNOWN_MECHANISM,
        SENDS_ANOTHER_NONCE,
        DEMANDS_ENDLESS_ITERATIONS,
        SALTS_AGAIN_AND_AGAIN,
        CLAIMS_SUCCESS_WITHOUT_PROOF,
        PROVES_WRONGLY,
        IS_READY_BEFORE_THE_LOGIN,
        IS_READY_WITHOUT_A_KEY,
        ANSWERS_WITH_A_HUGE_LENGTH,
        ANSWERS_WITH_A_LENGTH_TOO_SMALL,
        IS_NO_POSTGRES_AT_ALL
    }

    /// Plays one behaviour to every connection and keeps what it was sent.
    private static final class Impostor implements AutoCloseable {
        private final Behaviour behaviour;
        private final ServerSocket listener =
                new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        private final List<byte[]> received = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger open = new AtomicInteger();

        Impostor(Behaviour behaviour) throws IOException {
            this.behaviour = behaviour;
            Thread.ofVirtual()
                    .start(() -> {
                        while (true) {
                            try {
                                Socket socket = listener.accept();
                                Thread.ofVirtual().start(() -> serve(socket));
                            } catch (IOException e) {
                                return;
                            }
                        }
                    });
        }

        private void serve(Socket socket) {
            open.incrementAndGet();
            try (socket) {
                play(new DataInputStream(socket.getInputStream()), socket.getOutputStream());
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The gateway has hung up, as it should.
            } finally {
                open.decrementAndGet();
            }
        }

        private void play(DataInputStream in, OutputStream out) throws IOException {
            switch (behaviour) {
                case SAYS_NOTHING -> {
                    return;
                }
                case CLOSES_AT_ONCE -> throw new EOFException();
                case IS_NO_POSTGRES_AT_ALL -> {
                    out.write(
                            "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    return;
                }
                default -> {}
            }
            packet(in);
            switch (behaviour) {
                case STOPS_AFTER_THE_ANSWER_ABOUT_TLS -> {
                    out.write('S');
                    return;
                }
                case SAYS_NONSENSE_ABOUT_TLS -> {
                    out.write('?');
                    return;
                }
                case SENDS_BYTES_AHEAD_OF_TLS -> {
                    out.write("NR".getBytes(StandardCharsets.US_ASCII));
                    out.write(authentication(0, new byte[0]), 1, 8);
                    return;
                }
                default -> out.write('N');
            }
            packet(in);
            login(in, out);
        }

        private void login(DataInputStream in, OutputStream out) throws IOException {
            switch (behaviour) {
                case STOPS_AFTER_LETTING_IN -> out.write(authentication(0, new byte[0]));
                case CLOSES_AFTER_LETTING_IN -> {
                    out.write(authentication(0, new byte[0]));
                    throw new EOFException();
                }
                case TRICKLES_NOTICES_FOR_EVER -> {
                    while (true) {
                        out.write(message('N', "SNOTICE\0C00000\0Mwait\0\0"));
                        sleep();
                    }
                }
                case ASKS_FOR_MD5 -> out.write(authentication(5, new byte[] {1, 2, 3, 4}));
                case ASKS_FOR_THE_PASSWORD_IN_CLEAR -> out.write(authentication(3, new byte[0]));
                case ASKS_FOR_GSS -> out.write(authentication(7, new byte[0]));
                case OFFERS_AN_UNKNOWN_MECHANISM -> out.write(sasl("SCRAM-SHA-1\0\0"));
                case IS_READY_BEFORE_THE_LOGIN -> out.write(message('Z', "I"));
                case IS_READY_WITHOUT_A_KEY -> {
                    out.write(authentication(0, new byte[0]));
                    out.write(message('Z', "I"));
                }
                case ANSWERS_WITH_A_HUGE_LENGTH ->
                        out.write(new byte[] {'R', 0x7f, -1, -1, -1, 0, 0, 0, 0});
                case ANSWERS_WITH_A_LENGTH_TOO_SMALL -> out.write(new byte[] {'R', 0, 0, 0, 1});
                default -> scram(in, out);
            }
        }

        private void scram(DataInputStream in, OutputStream out) throws IOException {
            out.write(sasl("SCRAM-SHA-256\0\0"));
            if (behaviour == Behaviour.STOPS_AFTER_ASKING_FOR_SCRAM) {
                return;
            }
            String first = new String(packet(in), StandardCharsets.UTF_8);
            String nonce = first.substring(first.indexOf("r=") + 2);
            String salt = ",s=AAAAAAAAAAAAAAAAAAAAAA==,i=";
            switch (behaviour) {
                case SENDS_ANOTHER_NONCE -> out.write(continued("r=other" + salt + "4096"));
                case DEMANDS_ENDLESS_ITERATIONS ->
                        out.write(continued("r=" + nonce + "x" + salt + "2147483647"));
                case SALTS_AGAIN_AND_AGAIN -> {
                    for (int i = 0; i < 1_000; i++) {
                        out.write(continued("r=" + nonce + "x" + salt + "900000"));
                    }
                }
                default -> out.write(continued("r=" + nonce + "x" + salt + "4096"));
            }
            if (behaviour == Behaviour.CLAIMS_SUCCESS_WITHOUT_PROOF) {
                packet(in);
                out.write(authentication(0, new byte[0]));
            } else if (behaviour == Behaviour.PROVES_WRONGLY) {
                packet(in);
                byte[] wrong =
                        "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                                .getBytes(StandardCharsets.US_ASCII);
                out.write(authentication(12, wrong));
                out.write(authentication(0, new byte[0]));
            }
        }

        private byte[] packet(DataInputStream in) throws IOException {
            int first = in.read();
            if (first < 0) {
                throw new EOFException();
            }
            // The start-up packets have no type.
            int length =
                    first == 0 ? in.readUnsignedShort() << 8 | in.readUnsignedByte() : in.readInt();
            byte[] body = in.readNBytes(length - 4);
            received.add(body);
            return body;
        }

        private static byte[] sasl(String mechanisms) {
            return authentication(10, mechanisms.getBytes(StandardCharsets.US_ASCII));
        }

        private static byte[] continued(String text) {
            return authentication(11, text.getBytes(StandardCharsets.US_ASCII));
        }

        private static byte[] authentication(int code, byte[] rest) {
            return ByteBuffer.allocate(9 + rest.length)
                    .put((byte) 'R')
                    .putInt(8 + rest.length)
                    .putInt(code)
                    .put(rest)
                    .array();
        }

        private static byte[] message(char type, String body) {
            byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
            return ByteBuffer.allocate(5 + bytes.length)
                    .put((byte) type)
                    .putInt(4 + bytes.length)
                    .put(bytes)
                    .array();
        }

        private static void sleep() throws IOException {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theClientIsToldInTimeAndThePasswordStays(Behaviour behaviour) throws IOException {
        try (Impostor impostor = new Impostor(behaviour);
                GatewayFixture gateway =
                        GatewayFixture.to(impostor.listener.getLocalPort())
                                .limits(GatewayFixture.patient())
                                .sslMode(SslMode.PREFER, null)
                                .start()) {
            long before = System.nanoTime();
            SQLException refused =
                    catchThrowableOfType(SQLException.class, () -> gateway.connect().close());
            assertThat((Throwable) refused).isNotNull();
            assertThat(refused.getSQLState()).isEqualTo("57P03");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LIMIT);
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(impostor.open).hasValue(0));
            assertThat(impostor.received)
                    .noneMatch(bytes -> text(bytes).contains(GatewayFixture.UPSTREAM_PASSWORD));
        }
    }

    @Test
    void aServerThatStallsHoldsUpNobodyElse() throws IOException, InterruptedException {
        try (Impostor impostor = new Impostor(Behaviour.STOPS_AFTER_ASKING_FOR_SCRAM);
                GatewayFixture gateway =
                        GatewayFixture.to(impostor.listener.getLocalPort())
                                .limits(GatewayFixture.patient())
                                .start()) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(Thread.ofVirtual().start(() -> tryToConnect(gateway)));
            }
            Awaitility.await().until(() -> impostor.open.get() > 10);
            long before = System.nanoTime();
            SQLException refused =
                    catchThrowableOfType(
                            SQLException.class,
                            () -> gateway.connectAs("nobody", "wrong", "shop").close());
            assertThat((Throwable) refused).isNotNull();
            assertThat(refused.getSQLState()).isEqualTo("28P01");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LIMIT);
            for (Thread thread : waiting) {
                thread.join();
            }
        }
    }

    private static void tryToConnect(GatewayFixture gateway) {
        try {
            gateway.connect().close();
        } catch (SQLException e) {
            // As it should: there is no PostgreSQL.
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
