package dev.holdfast.server.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.server.notify.NotifySettings.Format;
import dev.holdfast.server.notify.NotifySettings.Mail;
import dev.holdfast.server.notify.NotifySettings.Tls;
import dev.holdfast.server.notify.NotifySettings.Webhook;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.testkit.FakeClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifierTest {
    private static final Duration PROMISED = Duration.ofSeconds(2);
    private static final String SECRET = "a secret of both";

    @TempDir private Path directory;
    private final FakeClock clock = new FakeClock();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger status = new AtomicInteger(204);
    private ControlStore store;
    private HttpServer server;
    private @Nullable Notifier notifier;

    private record Received(
            String body, @Nullable String signature, String delivery, long atNanos) {}

    @BeforeEach
    void start() throws IOException {
        store = openStore();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::take);
        server.start();
    }

    /// An empty one.
    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    @AfterEach
    void stop() {
        if (notifier != null) {
            notifier.close();
        }
        server.stop(0);
        store.close();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            received.add(
                    new Received(
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8),
                            exchange.getRequestHeaders().getFirst("Holdfast-Signature"),
                            exchange.getRequestHeaders().getFirst("Holdfast-Delivery"),
                            System.nanoTime()));
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status.get(), -1);
        }
    }

    private Webhook webhook(Format format) {
        return new Webhook(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"),
                SECRET,
                format);
    }

    private Notifier started(NotifySettings settings) {
        Notifier started = Notifier.start(store, settings, clock, new SecureRandom());
        notifier = started;
        return started;
    }

    private HeldNotice notice(String state) {
        Map<String, Long> rows = new LinkedHashMap<>();
        rows.put("shop.orders", 12L);
        rows.put("shop.lines", 1L);
        return new HeldNotice(
                "apr_1",
                state,
                "cleaner",
                "shop",
                "clean up <!channel> & more",
                "delete from orders where id > $1",
                "approve-deletes",
                rows,
                "https://holdfast.example/approvals/apr_1",
                clock.millis());
    }

    @Test
    void aHeldStatementReachesAWebhookWithinTwoSecondsAndSigned() throws Exception {
        Notifier telling =
                started(new NotifySettings(List.of(webhook(Format.HOLDFAST)), List.of()));
        long start = System.nanoTime();
        telling.held(notice("pending"));
        await().atMost(Duration.ofSeconds(10)).until(() -> !received.isEmpty());
        Received first = received.getFirst();
        assertThat(Duration.ofNanos(first.atNanos() - start)).isLessThan(PROMISED);
        assertThat(first.body())
                .contains("\"id\": \"apr_1\"")
                .contains("\"state\": \"pending\"")
                .contains("\"shop.orders\": 12")
                .contains("\"statement\": \"delete from orders where id > $1\"")
                .contains("\"link\": \"https://holdfast.example/approvals/apr_1\"");
        assertThat(first.delivery()).startsWith("ntf_");
        String seconds = String.valueOf(clock.instant().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] right = mac.doFinal((seconds + "." + first.body()).getBytes(StandardCharsets.UTF_8));
        assertThat(first.signature())
                .isEqualTo("t=%s,v1=%s".formatted(seconds, HexFormat.of().formatHex(right)));
        await().atMost(Duration.ofSeconds(10)).until(() -> waiting() == 0);
        assertThat(received).hasSize(1);
    }

    private long waiting() throws Exception {
        return store.transaction(handle ->
                handle.createQuery("SELECT count(*) FROM notification").mapTo(Long.class).one());
    }

    @Test
    void whatFailsIsTriedAgainLaterAndLaterUnderTheSameIdAndThenGivenUp() throws Exception {
        status.set(500);
        Notifier telling =
                started(new NotifySettings(List.of(webhook(Format.HOLDFAST)), List.of()));
        telling.held(notice("pending"));
        for (int attempt = 1; attempt <= 4; attempt++) {
            int expected = attempt;
            await().atMost(Duration.ofSeconds(10)).until(() -> received.size() == expected);
            assertThat(received.getLast().delivery()).isEqualTo(received.getFirst().delivery());
            await().during(Duration.ofMillis(50)).until(() -> received.size() == expected);
            // It is noted first, or else the clock would move before what is due is written down.
            await().atMost(Duration.ofSeconds(10)).until(() -> attempts() == expected);
            clock.advance(Notifier.pause(attempt - 1));
        }
        clock.advance(Duration.ofDays(1));
        await().atMost(Duration.ofSeconds(10)).until(() -> waiting() == 0);
        assertThat(received.size()).isBetween(5, 6);
        assertThat(Notifier.pause(0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(Notifier.pause(3)).isEqualTo(Duration.ofSeconds(16));
        assertThat(Notifier.pause(1_000)).isEqualTo(Duration.ofMinutes(15));
    }

    private long attempts() throws Exception {
        return store.transaction(handle ->
                handle.createQuery("SELECT attempts FROM notification")
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(-1L));
    }

    @Test
    void whatWasNotDeliveredIsDeliveredAfterARestart() throws Exception {
        status.set(503);
        Notifier before = started(new NotifySettings(List.of(webhook(Format.HOLDFAST)), List.of()));
        before.held(notice("pending"));
        await().atMost(Duration.ofSeconds(10)).until(() -> attempts() == 1);
        before.close();
        status.set(200);
        clock.advance(Duration.ofMinutes(1));
        started(new NotifySettings(List.of(webhook(Format.HOLDFAST)), List.of()));
        await().atMost(Duration.ofSeconds(10)).until(() -> waiting() == 0);
        assertThat(received).hasSize(2);
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        status.set(307);
        Notifier telling =
                started(new NotifySettings(List.of(webhook(Format.HOLDFAST)), List.of()));
        telling.held(notice("pending"));
        await().atMost(Duration.ofSeconds(10)).until(() -> attempts() == 1);
        assertThat(received).hasSize(1);
    }

    @Test
    void slackGetsPlainTextAndOnlyWhatWaits() {
        Notifier telling = started(new NotifySettings(List.of(webhook(Format.SLACK)), List.of()));
        telling.held(notice("approved"));
        telling.held(notice("pending"));
        await().atMost(Duration.ofSeconds(10)).until(() -> !received.isEmpty());
        assertThat(received.getFirst().body())
                .contains("\"text\": \"Holdfast: apr_1 of cleaner in shop waits for you\"")
                .contains("\"type\": \"plain_text\"")
                .contains("shop.orders: 12 rows\\nshop.lines: 1 row\\n")
                .doesNotContain("mrkdwn");
        assertThat(received).hasSize(1);
    }

    /// Slack takes 3,000 characters in a section, and refuses the whole message otherwise: an agent could write so
    /// much that nobody is told.
    @Test
    void slackTakesWhateverAnAgentWrote() throws Exception {
        Notifier telling = started(new NotifySettings(List.of(webhook(Format.SLACK)), List.of()));
        Map<String, Long> tables = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            tables.put("t" + i + "\u202e".repeat(120), 1L);
        }
        telling.held(
                new HeldNotice(
                        "apr_1",
                        "pending",
                        "cleaner",
                        "shop",
                        "<!channel> https://evil.example/\u202e",
                        "DELETE FROM \"\u3164\"".repeat(200),
                        "hold.unbounded-write",
                        tables,
                        "https://holdfast.example/approvals/apr_1",
                        0));
        await().atMost(Duration.ofSeconds(10)).until(() -> !received.isEmpty());
        String body = received.getFirst().body();
        List<String> texts = new ArrayList<>();
        if (JsonTree.object(body).get("blocks") instanceof List<?> blocks) {
            for (Object block : blocks) {
                if (((Map<?, ?>) block).get("text") instanceof Map<?, ?> text) {
                    texts.add(String.valueOf(text.get("text")));
                }
            }
        }
        assertThat(texts)
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).hasSizeLessThanOrEqualTo(3_000));
        assertThat(body).contains("\u27e6U+202E\u27e7").doesNotContain("https://evil", "\u202e");
    }

    @Test
    void anEMailSaysWhereItIsDecided() throws Exception {
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        try {
            Notifier telling =
                    started(
                            new NotifySettings(
                                    List.of(),
                                    List.of(
                                            new Mail(
                                                    "127.0.0.1",
                                                    mail.getSmtp().getPort(),
                                                    Tls.NONE,
                                                    "",
                                                    "",
                                                    "holdfast@example.com",
                                                    List.of(
                                                            "ada@example.com",
                                                            "bob@example.com")))));
            HeldNotice evil =
                    new HeldNotice(
                            "apr_1",
                            "pending",
                            "cleaner\r\nBcc: eve@example.com",
                            "shop",
                            "line\nhttps://evil.example",
                            "delete from orders",
                            "approve-deletes",
                            Map.of("shop.orders", 12L),
                            "https://holdfast.example/approvals/apr_1",
                            clock.millis());
            long start = System.nanoTime();
            telling.held(evil);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> mail.getReceivedMessages().length == 2);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PROMISED);
            var message = mail.getReceivedMessages()[0];
            assertThat(message.getSubject())
                    .isEqualTo(
                            "Holdfast: apr_1 of cleaner Bcc: eve@example.com in shop waits for you");
            assertThat(message.getHeader("Bcc")).isNull();
            assertThat(GreenMailUtil.getBody(message))
                    .contains("shop.orders: 12 rows")
                    .contains("task: line https: //evil.example")
                    .contains("Decide here: https://holdfast.example/approvals/apr_1");
        } finally {
            mail.stop();
        }
    }

    @Test
    void aMailServerWithoutTlsGetsNothingWhereTlsIsAskedFor() throws Exception {
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        try {
            Notifier telling =
                    started(
                            new NotifySettings(
                                    List.of(),
                                    List.of(
                                            new Mail(
                                                    "127.0.0.1",
                                                    mail.getSmtp().getPort(),
                                                    Tls.STARTTLS,
                                                    "",
                                                    "",
                                                    "holdfast@example.com",
                                                    List.of("ada@example.com")))));
            telling.held(notice("pending"));
            await().atMost(Duration.ofSeconds(20)).until(() -> attempts() == 1);
            assertThat(mail.getReceivedMessages()).isEmpty();
        } finally {
            mail.stop();
        }
    }

    @Test
    void aChannelThatHangsHoldsUpNoOther() throws Exception {
        try (java.net.ServerSocket silent =
                new java.net.ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Webhook hanging =
                    new Webhook(
                            URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/"),
                            "",
                            Format.HOLDFAST);
            Notifier telling =
                    started(
                            new NotifySettings(
                                    List.of(hanging, webhook(Format.HOLDFAST)), List.of()));
            long start = System.nanoTime();
            telling.held(notice("pending"));
            await().atMost(Duration.ofSeconds(5)).until(() -> !received.isEmpty());
            assertThat(Duration.ofNanos(received.getFirst().atNanos() - start))
                    .isLessThan(PROMISED);
        }
    }

    @Test
    void withoutTheStoreNothingIsThrown() {
        Notifier telling =
                started(new NotifySettings(List.of(webhook(Format.HOLDFAST)), List.of()));
        store.close();
        telling.held(notice("pending"));
        assertThat(received).isEmpty();
    }

    @Test
    void whatIsLongIsShortened() {
        HeldNotice notice =
                new HeldNotice(
                        "apr_1",
                        "pending",
                        "a",
                        "d",
                        "t".repeat(10_000),
                        "s".repeat(10_000),
                        "r",
                        Map.of(),
                        "l",
                        0);
        assertThat(notice.task()).hasSize(200);
        assertThat(notice.statement()).hasSize(2_000);
    }
}
