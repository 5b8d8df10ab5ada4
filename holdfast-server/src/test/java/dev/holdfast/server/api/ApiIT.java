package dev.holdfast.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.people.BrowserLogins;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// The interface for programs, from the outside: what the document says, what each route answers, and what no
/// session brings about.
@SideBySide
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiIT {
    private static final String AGENT = AccessScenario.basic("agent");
    private static final String OTHER = AccessScenario.basic("other");

    /// Of which the answer is no JSON, or which need more than this test has.
    private static final Set<String> NOT_CALLED =
            Set.of("GET /api/v1/events", "GET /api/openapi.json");

    private final Set<String> called = new TreeSet<>();
    private ApiStage stage;
    private ApiStage.Someone rita;
    private ApiStage.Someone olaf;
    private String reviewer = "";
    private String operator = "";
    private String viewer = "";
    private DocumentUnderTest document;

    @BeforeAll
    void start(@TempDir Path directory) throws InterruptedException, Exception {
        stage = new ApiStage(directory);
        rita = stage.enrol("rita", Role.REVIEWER);
        reviewer = stage.token(rita);
        olaf = stage.enrol("olaf", Role.OPERATOR);
        operator = stage.token(olaf);
        viewer = stage.token(stage.enrol("vera", Role.VIEWER));
        document = new DocumentUnderTest(stage.call("GET", "/api/openapi.json", "", null).json());
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    /// Each route is in the document with the roles that it really has, and nothing else is.
    @Test
    @Order(1)
    void documentTellsOfEveryRouteAndOfNoOther() {
        assertThat(document.told()).isEqualTo(DocumentUnderTest.served(stage.table.routes()));
    }

    /// Calls a route and compares its answer with the schema that the document has for it.
    private ApiStage.Answer call(
            String route, String path, String who, @Nullable Map<String, Object> body)
            throws IOException {
        String method = route.substring(0, route.indexOf(' '));
        ApiStage.Answer answer = stage.call(method, path, who, body);
        document.compare(route, answer);
        if (answer.status() < 300) {
            called.add(route);
        }
        return answer;
    }

    private static Map<String, Object> first(ApiStage.Answer answer, String list) {
        Map<String, Object> first = new LinkedHashMap<>();
        if (answer.json().get(list) instanceof List<?> items && !items.isEmpty()) {
            map(items.getFirst()).forEach((key, value) -> first.put(String.valueOf(key), value));
        }
        return first;
    }

    private ApiStage.Answer get(String path, String who) throws IOException {
        return call("GET " + path, path, who, null);
    }

    private static final String APPROVAL = "/api/v1/approvals/{id}";

    /// What a session alone, and every proof but the right one, brings about: nothing.
    @Test
    @Order(2)
    void noSessionSufficesToApprove() throws InterruptedException, Exception {
        CompletableFuture<String> deleting =
                stage.inBackground("agent", "DELETE FROM shop.customers");
        String id = stage.waiting();
        String path = "/api/v1/approvals/" + id;
        Map<String, Object> held = call("GET " + APPROVAL, path, reviewer, null).json();
        String digest = String.valueOf(held.get("digest"));
        String phrase = String.valueOf(held.get("phrase"));
        String route = "POST " + APPROVAL + "/approve";
        Map<String, Object> bare = Map.of("digest", digest, "phrase", phrase);
        assertThat(call(route, path + "/approve", reviewer, bare).status()).isEqualTo(400);
        assertThat(
                        call(route, path + "/approve", reviewer, with(bare, "code", "000000"))
                                .errorCode())
                .isEqualTo("proof_wrong");
        assertThat(
                        call(
                                        route,
                                        path + "/approve",
                                        reviewer,
                                        with(bare, "code", rita.app().oldCode()))
                                .errorCode())
                .isEqualTo("proof_wrong");
        // A signature over something else: another digest, and the challenge of signing in.
        for (String challenge :
                List.of(
                        Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[32]),
                        "x".repeat(43))) {
            assertThat(
                            call(
                                            route,
                                            path + "/approve",
                                            reviewer,
                                            with(
                                                    bare,
                                                    "assertion",
                                                    JsonTree.object(
                                                            rita.passkey().sign(challenge))))
                                    .errorCode())
                    .isEqualTo("proof_wrong");
        }
        // Of another origin, which is how a page that looks like the console gets one.
        Map<String, Object> challenge =
                call("POST " + APPROVAL + "/challenge", path + "/challenge", reviewer, Map.of())
                        .json();
        String options = JsonText.indented(map(challenge.get("publicKey")));
        String phished = rita.passkey().at("https://evil.example", "evil.example").get(options);
        rita.passkey().at(stage.url(), "localhost");
        assertThat(
                        call(
                                        route,
                                        path + "/approve",
                                        reviewer,
                                        with(bare, "assertion", JsonTree.object(phished)))
                                .errorCode())
                .isEqualTo("proof_wrong");
        assertThat(
                        call(
                                        route,
                                        path + "/approve",
                                        reviewer,
                                        with(
                                                Map.of("digest", digest, "phrase", "yes"),
                                                "assertion",
                                                JsonTree.object(rita.passkey().get(options))))
                                .errorCode())
                .isEqualTo("phrase_differs");
        assertThat(
                        call(
                                        route,
                                        path + "/approve",
                                        reviewer,
                                        with(
                                                Map.of("digest", "0".repeat(64), "phrase", phrase),
                                                "assertion",
                                                JsonTree.object(rita.passkey().get(options))))
                                .errorCode())
                .isEqualTo("digest_differs");
        Map<String, Object> withCode = with(bare, "code", rita.app().code());
        for (String who : List.of(viewer, operator, "", AGENT)) {
            assertThat(call(route, path + "/approve", who, withCode).status()).isIn(401, 403);
        }
        assertThat(stage.server.approvals().pending()).hasSize(1);
        // The right one counts, once.
        Map<String, Object> right =
                with(bare, "assertion", JsonTree.object(rita.passkey().get(options)));
        assertThat(call(route, path + "/approve", reviewer, right).json().get("state"))
                .isEqualTo("approved");
        assertThat(call(route, path + "/approve", reviewer, right).status()).isIn(403, 409);
        assertThat(deleting.get()).isEqualTo("ok");
    }

    private static Map<String, Object> with(Map<String, Object> body, String name, Object value) {
        Map<String, Object> whole = new LinkedHashMap<>(body);
        whole.put(name, value);
        return whole;
    }

    /// Values and rows are for those who decide.
    @Test
    @Order(3)
    void whoDoesNotDecideSeesNoValues() throws InterruptedException, Exception {
        CompletableFuture<String> updating =
                stage.inBackground(
                        "other", "UPDATE shop.old SET id = 471147114 WHERE id > 0 OR true");
        String id = stage.waiting();
        String path = "/api/v1/approvals/" + id;
        assertThat(call("GET " + APPROVAL, path, reviewer, null).text()).contains("471147114");
        assertThat(call("GET " + APPROVAL, path, viewer, null).text()).doesNotContain("471147114");
        assertThat(get("/api/v1/approvals", viewer).text())
                .contains(id)
                .doesNotContain("471147114");
        assertThat(
                        call(
                                        "GET /api/v1/agent/holds/{id}",
                                        "/api/v1/agent/holds/" + id,
                                        OTHER,
                                        null)
                                .text())
                .contains(id)
                .doesNotContain("471147114");
        assertThat(
                        call(
                                        "GET /api/v1/agent/holds/{id}",
                                        "/api/v1/agent/holds/" + id,
                                        AGENT,
                                        null)
                                .status())
                .isEqualTo(404);
        assertThat(get("/api/v1/agent/holds", AGENT).text()).doesNotContain(id);
        assertThat(get("/api/v1/agent/holds", OTHER).text()).contains(id);
        assertThat(
                        call(
                                        "POST " + APPROVAL + "/request-changes",
                                        path + "/request-changes",
                                        reviewer,
                                        Map.of("wish", "one row at a time"))
                                .json()
                                .get("state"))
                .isEqualTo("changes-requested");
        assertThat(get("/api/v1/agent/holds", OTHER).text()).contains("one row at a time");
        assertThat(updating.get()).isNotEqualTo("ok");
        CompletableFuture<String> again =
                stage.inBackground(
                        "other", "UPDATE shop.old SET id = 471147115 WHERE id > 0 OR true");
        String second = "/api/v1/approvals/" + stage.waiting();
        assertThat(
                        call(
                                        "POST " + APPROVAL + "/reject",
                                        second + "/reject",
                                        reviewer,
                                        Map.of("reason", "no"))
                                .json()
                                .get("state"))
                .isEqualTo("rejected");
        assertThat(again.get()).isNotEqualTo("ok");
    }

    @Test
    @Order(4)
    void whatWasWrittenIsSeenAndPutBack() throws InterruptedException, Exception {
        Map<?, ?> transaction = first(get("/api/v1/undo", viewer), "transactions");
        assertThat(transaction.get("rows")).isEqualTo(20L);
        String path = "/api/v1/undo/" + transaction.get("id");
        assertThat(call("GET /api/v1/undo/{id}", path, viewer, null).status()).isEqualTo(200);
        assertThat(call("GET /api/v1/undo/{id}/diff", path + "/diff", viewer, null).status())
                .isEqualTo(403);
        assertThat(call("GET /api/v1/undo/{id}/diff", path + "/diff", operator, null).text())
                .contains("customer 7", "(masked)")
                .doesNotContain("example.org");
        String apply = "POST /api/v1/undo/{id}/apply";
        assertThat(call(apply, path + "/apply", reviewer, Map.of()).status()).isEqualTo(403);
        assertThat(call(apply, path + "/apply", operator, Map.of("dryrun", false)).status())
                .isEqualTo(400);
        assertThat(call(apply, path + "/apply", operator, Map.of()).json().get("outcome"))
                .isEqualTo("dry_run");
        assertThat(stage.postgres.value("shop", "SELECT count(*) FROM shop.customers"))
                .isEqualTo("0");
        assertThat(
                        call(apply, path + "/apply", operator, Map.of("dryRun", false))
                                .json()
                                .get("restored"))
                .isEqualTo(20L);
        assertThat(stage.postgres.value("shop", "SELECT count(*) FROM shop.customers"))
                .isEqualTo("20");
        assertThat(call("GET /api/v1/undo/{id}", "/api/v1/undo/txn_nothing", viewer, null).status())
                .isEqualTo(404);
        assertThat(stage.call("GET", "/api/v1/undo/..%2f..%2fpassword", viewer, null).status())
                .isIn(400, 404);
    }

    @Test
    @Order(5)
    void whatWasDestroyedIsSeenAndPutBack() throws InterruptedException, Exception {
        CompletableFuture<String> dropping = stage.inBackground("agent", "DROP TABLE shop.old");
        String path = "/api/v1/approvals/" + stage.waiting();
        // What destroys needs two people.
        assertThat(approve(path, reviewer, rita).json().get("state")).isEqualTo("pending");
        assertThat(approve(path, reviewer, rita).status()).isEqualTo(409);
        ApiStage.Someone ruth = stage.enrol("ruth", Role.REVIEWER);
        assertThat(approve(path, stage.token(ruth), ruth).json().get("state"))
                .isEqualTo("approved");
        assertThat(dropping.get()).isEqualTo("ok");
        Map<?, ?> entry = first(get("/api/v1/quarantine", viewer), "entries");
        String kept = "/api/v1/quarantine/" + entry.get("id");
        assertThat(call("GET /api/v1/quarantine/{id}", kept, viewer, null).text())
                .contains("shop.old", "rita");
        String restore = "POST /api/v1/quarantine/{id}/restore";
        assertThat(call(restore, kept + "/restore", viewer, Map.of()).status()).isEqualTo(403);
        assertThat(call(restore, kept + "/restore", operator, Map.of()).status()).isEqualTo(200);
        assertThat(stage.postgres.value("shop", "SELECT to_regclass('shop.old') IS NULL"))
                .isEqualTo("t");
        assertThat(call(restore, kept + "/restore", operator, Map.of("dryRun", false)).status())
                .isEqualTo(200);
        assertThat(stage.postgres.value("shop", "SELECT to_regclass('shop.old') IS NULL"))
                .isEqualTo("f");
    }

    private ApiStage.Answer approve(String path, String session, ApiStage.Someone someone)
            throws InterruptedException, Exception {
        Map<String, Object> challenge =
                call("POST " + APPROVAL + "/challenge", path + "/challenge", session, Map.of())
                        .json();
        return call(
                "POST " + APPROVAL + "/approve",
                path + "/approve",
                session,
                Map.of(
                        "digest",
                        String.valueOf(challenge.get("digest")),
                        "phrase",
                        String.valueOf(challenge.get("phrase")),
                        "assertion",
                        JsonTree.object(
                                someone.passkey()
                                        .get(JsonText.indented(map(challenge.get("publicKey")))))));
    }

    @Test
    @Order(6)
    void sessionsAreSeenAndEnded() throws InterruptedException, Exception {
        try (Connection connection = stage.connect("agent");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            Map<?, ?> session = first(get("/api/v1/sessions", viewer), "sessions");
            assertThat(session.get("agent")).isEqualTo("agent");
            long refused = refusedLastHour();
            assertThatThrownBy(() -> statement.execute("SELECT pg_reload_conf()"))
                    .isInstanceOf(SQLException.class);
            await().until(() -> refusedLastHour() == refused + 1);
            String path = "/api/v1/sessions/" + session.get("id");
            String route = "DELETE /api/v1/sessions/{id}";
            assertThat(call(route, path, viewer, null).status()).isEqualTo(403);
            assertThat(call(route, path, operator, null).status()).isEqualTo(204);
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    statement.execute("SELECT 1");
                                }
                            })
                    .isInstanceOf(SQLException.class);
            await().until(() -> call(route, path, operator, null).status() == 404);
        }
    }

    private long refusedLastHour() throws IOException {
        return Long.parseLong(
                String.valueOf(get("/api/v1/traffic", viewer).json().get("refusedLastHour")));
    }

    @Test
    @Order(7)
    void policiesAreSeenAndExplained() throws InterruptedException, Exception {
        assertThat(get("/api/v1/policy", viewer).text()).contains("unbounded-writes");
        String route = "POST /api/v1/policy/explain";
        String path = "/api/v1/policy/explain";
        for (String sql :
                List.of(
                        "SELECT name FROM shop.customers",
                        "SELECT email FROM shop.customers",
                        "DELETE FROM shop.customers",
                        "this is not SQL")) {
            ApiStage.Answer answer =
                    call(route, path, viewer, Map.of("agent", "agent", "sql", sql));
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(
                        call(route, path, viewer, Map.of("agent", "nobody", "sql", "SELECT 1"))
                                .errorCode())
                .isEqualTo("no_such_agent");
    }

    /// What people did stands in the record, without values.
    @Test
    @Order(8)
    void whatPeopleDidIsOnRecord() throws InterruptedException, Exception {
        String text = stage.call("GET", "/api/v1/activity?limit=500", viewer, null).text();
        assertThat(text)
                .contains("person:rita", "person:olaf", "\"person.undo\"", "\"person.session\"")
                .contains("\"person.quarantine\"", "approve apr_")
                .doesNotContain("471147114", ApiStage.PASSWORD, viewer);
        assertThat(get("/api/v1/activity", viewer).status()).isEqualTo(200);
        ApiStage.Answer latest =
                stage.call("GET", "/api/v1/activity?agent=person:olaf&limit=1", viewer, null);
        assertThat(first(latest, "entries")).containsEntry("agent", "person:olaf");
        assertThat(stage.call("GET", "/api/v1/activity?from=1.x", viewer, null).status())
                .isEqualTo(400);
    }

    @Test
    @Order(9)
    void whoSignsInIsKnownAndWhoSignsOutIsNot() throws InterruptedException, Exception {
        ApiStage.Someone both = stage.enrol("bert", Role.VIEWER);
        Map<String, Object> right =
                Map.of("user", "bert", "password", ApiStage.PASSWORD, "code", both.app().code());
        String login = "POST /api/v1/login";
        assertThat(
                        call(
                                        login,
                                        "/api/v1/login",
                                        "",
                                        Map.of(
                                                "user",
                                                "bert",
                                                "password",
                                                "wrong",
                                                "code",
                                                "000000"))
                                .errorCode())
                .isEqualTo("login_refused");
        String token = String.valueOf(call(login, "/api/v1/login", "", right).json().get("token"));
        assertThat(call(login, "/api/v1/login", "", right).status()).isEqualTo(401);
        call("POST /api/v1/login/passkey/options", "/api/v1/login/passkey/options", "", Map.of());
        browserSessions(both);
        assertThat(get("/api/v1/whoami", token).json()).containsEntry("name", "bert");
        assertThat(call("POST /api/v1/logout", "/api/v1/logout", token, Map.of()).status())
                .isEqualTo(204);
        assertThat(get("/api/v1/whoami", token).status()).isEqualTo(401);
        called.add("POST /api/v1/login/passkey");
        PeopleCalls.all(stage, this::call);
        SettleCalls.all(stage, this::call, rita, reviewer, viewer, operator, AGENT);
    }

    /// What a command line asks for and gets, without a word about who there is.
    private void browserSessions(ApiStage.Someone bert) throws Exception {
        String ask = "/api/v1/login/browser";
        String redeem = ask + "/session";
        String verifier = "a verifier that is known to be long enough ";
        String challenge =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(verifier.getBytes(StandardCharsets.UTF_8)));
        Map<String, Object> low = Map.of("user", "bert", "challenge", challenge, "port", 22);
        assertThat(call("POST " + ask, ask, "", low).status()).isEqualTo(400);
        Map<String, Object> nobodys = Map.of("user", "nobody-here", "challenge", challenge);
        assertThat(call("POST " + ask, ask, "", nobodys).json()).containsKeys("path", "mark");
        Map<String, Object> berts = Map.of("user", "bert", "challenge", challenge, "port", 4_000);
        String path = String.valueOf(call("POST " + ask, ask, "", berts).json().get("path"));
        assertThat(path).startsWith("/login/browser/");
        String request = path.substring("/login/browser/".length());
        Person person = new Person("bert", Set.of(Role.VIEWER));
        String options =
                stage.people()
                        .proofs()
                        .passkeyOptions(
                                person, Proofs.digestOf(BrowserLogins.confirmAction(request)));
        String code =
                stage.people()
                        .browserLogins()
                        .confirm(
                                person,
                                new Proofs.Given.Passkey(bert.passkey().get(options)),
                                request);
        Map<String, Object> right = Map.of("code", code, "verifier", verifier);
        assertThat(call("POST " + redeem, redeem, "", right).json()).containsKey("token");
        assertThat(call("POST " + redeem, redeem, "", right).errorCode())
                .isEqualTo("login_refused");
    }

    @Test
    @Order(9)
    void accessIsAskedForGivenAndTaken() throws IOException {
        new AccessScenario(this::call, operator, olaf.passkey(), viewer, OTHER).run();
    }

    /// An agent's password is guessed no faster here than at the gateway.
    @Test
    @Order(10)
    void agentsAreRefusedAfterTooManyFailures() throws InterruptedException, Exception {
        String wrong =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString("agent:guess".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 10; i++) {
            assertThat(get("/api/v1/agent/holds", wrong).status()).isEqualTo(401);
        }
        assertThat(get("/api/v1/agent/holds", wrong).status()).isEqualTo(429);
        assertThat(get("/api/v1/agent/holds", AGENT).status()).isEqualTo(429);
    }

    /// Every route was called and answered by its schema, so that no schema is merely written down.
    @Test
    @Order(11)
    void everyRouteWasCompared() {
        Set<String> left = new TreeSet<>();
        for (RouteTable.Route route : stage.table.routes()) {
            left.add(route.method() + " " + route.path());
        }
        left.removeAll(called);
        left.removeAll(NOT_CALLED);
        assertThat(left).isEmpty();
    }
}
