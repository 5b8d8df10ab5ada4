package dev.holdfast.server.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// HTTP written by hand: what no client library would send.
final class RawHttp {
    private static final int WAIT_MILLIS = 30_000;

    private final int port;

    RawHttp(int port) {
        this.port = port;
    }

    /// An answer, up to the end of the connection.
    record Answer(int status, List<String> headers, String body) {
        String header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).trim())
                    .findFirst()
                    .orElse("");
        }
    }

    /// Sends lines as they are, each ended by CRLF, then an empty line and the body.
    Answer send(String body, String... lines) throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream()
                    .write(
                            (String.join("\r\n", lines) + "\r\n\r\n" + body)
                                    .getBytes(StandardCharsets.ISO_8859_1));
            return read(socket);
        }
    }

    Socket open() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(WAIT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), WAIT_MILLIS);
        return socket;
    }

    static Answer read(Socket socket) throws IOException {
        String text =
                new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Answer(0, List.of(), text);
        }
        List<String> head = List.of(text.substring(0, end).split("\r\n"));
        return new Answer(
                Integer.parseInt(head.getFirst().substring(9, 12)), head, text.substring(end + 4));
    }
}
