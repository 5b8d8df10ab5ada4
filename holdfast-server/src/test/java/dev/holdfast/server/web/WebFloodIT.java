package dev.holdfast.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Too much, too slowly, or lengths that lie: what is sent to wear the console's port out.
@SideBySide
class WebFloodIT extends WebStage {
    @Test
    void aGiantBodyIsNotRead() throws IOException {
        RawHttp.Answer announced =
                request(
                        "POST /api/v1/things HTTP/1.1",
                        "",
                        VICTIM,
                        JSON,
                        CSRF,
                        "Content-Length: 10000000000");
        assertThat(announced.status()).isEqualTo(413);
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        RawHttp.Answer chunked =
                request(
                        "POST /api/v1/things HTTP/1.1",
                        chunk.repeat(5) + "0\r\n\r\n",
                        VICTIM,
                        JSON,
                        CSRF,
                        "Transfer-Encoding: chunked");
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(done).isEmpty();
    }

    @Test
    void giantHeadersAreRefused() throws IOException {
        assertThat(get("/api/v1/things", VICTIM, "X-Long: " + "x".repeat(20_000)).status())
                .isEqualTo(431);
        assertThat(get("/api/v1/things?limit=" + "1".repeat(20_000), VICTIM).status())
                .isIn(414, 431);
    }

    @Test
    void lengthsThatContradictEachOtherAreRefused() throws IOException {
        assertThat(
                        request(
                                        "POST /api/v1/things HTTP/1.1",
                                        "0\r\n\r\n",
                                        VICTIM,
                                        JSON,
                                        CSRF,
                                        "Content-Length: 5",
                                        "Transfer-Encoding: chunked")
                                .status())
                .isEqualTo(400);
        assertThat(
                        request(
                                        "POST /api/v1/things HTTP/1.1",
                                        "{}",
                                        VICTIM,
                                        JSON,
                                        CSRF,
                                        "Content-Length: 2",
                                        "Content-Length: 3")
                                .status())
                .isEqualTo(400);
        assertThat(request("GET /api/v1/things HTTP/1.1", "", VICTIM, " folded: header").status())
                .isEqualTo(400);
        assertThat(done).isEmpty();
    }

    @Test
    void aBodyThatDripsEndsTheRequest() throws Exception {
        try (Socket socket = http.open()) {
            socket.getOutputStream()
                    .write(
                            String.join(
                                            "\r\n",
                                            "POST /api/v1/things HTTP/1.1",
                                            host,
                                            VICTIM,
                                            JSON,
                                            CSRF,
                                            "Content-Length: 1000",
                                            "Connection: close",
                                            "",
                                            "")
                                    .getBytes(StandardCharsets.US_ASCII));
            long begun = System.nanoTime();
            Thread dripping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 100; i++) {
                                        socket.getOutputStream().write(' ');
                                        socket.getOutputStream().flush();
                                        Thread.sleep(500);
                                    }
                                } catch (IOException | InterruptedException _) {
                                    // The server has had enough.
                                }
                            });
            RawHttp.Answer answer = RawHttp.read(socket);
            dripping.interrupt();
            assertThat(answer.status()).isIn(0, 408);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(Duration.ofSeconds(15));
        }
        assertThat(done).isEmpty();
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception {
        try (Socket socket = http.open()) {
            socket.getOutputStream()
                    .write("GET /api/v1/things HT".getBytes(StandardCharsets.US_ASCII));
            RawHttp.read(socket);
        }
        try (Socket socket = http.open()) {
            socket.getOutputStream()
                    .write(
                            String.join(
                                            "\r\n",
                                            "POST /api/v1/things HTTP/1.1",
                                            host,
                                            VICTIM,
                                            JSON,
                                            CSRF,
                                            "Content-Length: 1000",
                                            "",
                                            "{")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(RawHttp.read(socket).status()).isIn(0, 408);
        }
        assertThat(done).isEmpty();
    }

    @Test
    void streamsAreBoundedTellAndEndWithTheSession() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                open.add(stream());
            }
            await().until(() -> sinks.size() == 4);
            assertThat(get("/api/v1/events", VICTIM).status()).isEqualTo(429);
            sinks.forEach(sink -> sink.send("held", "one\ntwo\r\nevent: forged"));
            Socket first = open.getFirst();
            byte[] told = new byte[4096];
            StringBuilder text = new StringBuilder();
            while (!text.toString().contains("forged")) {
                text.append(
                        new String(
                                told,
                                0,
                                first.getInputStream().read(told),
                                StandardCharsets.UTF_8));
            }
            assertThat(text).contains("event: held\ndata: one\ndata: two\ndata: event: forged\n\n");
            sessions.clear();
            sinks.forEach(sink -> sink.send("held", "not for those who are gone"));
            String rest = new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(rest).doesNotContain("gone");
            await().until(sinks::isEmpty);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void aListenerThatDoesNotReadIsDisconnectedAndDelaysNobody() throws Exception {
        try (Socket socket = stream()) {
            await().until(() -> !sinks.isEmpty());
            EventSink sink = sinks.getFirst();
            String data = "x".repeat(100_000);
            for (int i = 0; i < 200; i++) {
                sink.send("held", data);
            }
            await().atMost(Duration.ofSeconds(20)).until(sinks::isEmpty);
            assertThat(socket.isConnected()).isTrue();
        }
    }

    private Socket stream() throws IOException {
        Socket socket = http.open();
        socket.getOutputStream()
                .write(
                        String.join("\r\n", "GET /api/v1/events HTTP/1.1", host, VICTIM, "", "")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aFloodOfConnectionsLeavesRoomAgain() throws Exception {
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            open.add(http.open());
        }
        for (Socket socket : open) {
            socket.close();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get("/api/v1/things", VICTIM).status() == 200);
    }

    /// Silence of the client while a handler works is no silence: putting back a large table takes minutes.
    @Test
    void aHandlerThatTakesLongerThanTheIdleTimeIsWaitedFor() throws IOException {
        assertThat(get("/api/v1/slow", VICTIM).body()).contains("\"done\": true");
    }
}
