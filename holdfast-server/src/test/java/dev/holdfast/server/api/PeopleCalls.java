package dev.holdfast.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// From an owner's invite to somebody who is let in, kept out and let in again, each step by the interface and
/// with what a thief of the owner's session would try.
final class PeopleCalls {
    private static final String INVITE = "/api/v1/people/invite";
    private static final Map<String, Object> ADA =
            Map.of("name", "ada", "roles", List.of("reviewer"));
    private static final String PASSWORD = "other words of hers";

    private final ApiStage stage;
    private final Call call;
    private final ApiStage.Someone owner;
    private final String token;

    /// Calls a route and compares its answer with the document.
    @FunctionalInterface
    interface Call {
        ApiStage.Answer of(
                String route, String path, String who, @Nullable Map<String, Object> body)
                throws IOException;
    }

    private PeopleCalls(ApiStage stage, Call call) throws InterruptedException, Exception {
        this.stage = stage;
        this.call = call;
        this.owner = stage.enrol("olga", Role.OWNER);
        this.token = stage.token(owner);
    }

    static void all(ApiStage stage, Call call) throws InterruptedException, Exception {
        PeopleCalls calls = new PeopleCalls(stage, call);
        SoftwarePasskey passkey = calls.enrolled(calls.invited());
        calls.keptOutAndLetInAgain(passkey);
        calls.anotherPasskey(passkey);
    }

    private ApiStage.Answer post(String path, String who, Map<String, Object> body)
            throws IOException {
        String route = path.replace("/ada/", "/{name}/").replaceAll("/[0-9a-f]{16}/", "/{id}/");
        return call.of("POST " + route, path, who, body);
    }

    /// A passkey's answer to what a route wants to be proven.
    private Map<String, Object> assertion(
            SoftwarePasskey passkey, String path, String who, Map<String, Object> body)
            throws IOException, JsonTree.MalformedException {
        ApiStage.Answer options = post(path + "/proof-options", who, body);
        assertThat(options.status()).isEqualTo(200);
        return JsonTree.object(passkey.get(options.text()));
    }

    private static Map<String, Object> with(Map<String, Object> body, String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(body);
        more.put(name, value);
        return more;
    }

    private String invited() throws IOException, JsonTree.MalformedException {
        assertThat(post(INVITE, token, ADA).status()).isEqualTo(400);
        assertThat(post(INVITE, token, with(ADA, "code", "000000")).status()).isEqualTo(401);
        Map<String, Object> assertion = assertion(owner.passkey(), INVITE, token, ADA);
        Map<String, Object> more = Map.of("name", "ada", "roles", List.of("owner"));
        assertThat(post(INVITE, token, with(more, "assertion", assertion)).status()).isEqualTo(401);
        ApiStage.Answer invite = post(INVITE, token, with(ADA, "assertion", assertion));
        String url = String.valueOf(invite.json().get("url"));
        assertThat(url).startsWith(stage.url() + "/enrol?invite=");
        return url.substring(url.indexOf('=') + 1);
    }

    private SoftwarePasskey enrolled(String invite)
            throws IOException, JsonTree.MalformedException {
        assertThat(post("/api/v1/enrol/open", "", Map.of("invite", "guessed")).status())
                .isEqualTo(401);
        ApiStage.Answer opened = post("/api/v1/enrol/open", "", Map.of("invite", invite));
        assertThat(opened.json()).containsEntry("name", "ada");
        SoftwarePasskey passkey = new SoftwarePasskey(stage.url(), "localhost", new SecureRandom());
        String options = JsonText.indented(opened.json().getOrDefault("publicKey", Map.of()));
        Map<String, Object> body =
                Map.of(
                        "invite",
                        invite,
                        "password",
                        ApiStage.PASSWORD,
                        "registration",
                        JsonTree.object(passkey.create(options)));
        assertThat(post("/api/v1/enrol", "", body).json()).containsEntry("name", "ada");
        assertThat(post("/api/v1/enrol", "", body).status()).isEqualTo(401);
        return passkey;
    }

    private void keptOutAndLetInAgain(SoftwarePasskey passkey) throws Exception {
        ApiStage.Someone ada = new ApiStage.Someone("ada", owner.app(), passkey);
        String adas = stage.token(ada);
        assertThat(call.of("GET /api/v1/people", "/api/v1/people", adas, null).status())
                .isEqualTo(403);
        assertThat(call.of("GET /api/v1/people", "/api/v1/people", token, null).text())
                .contains("\"ada\"", "\"enabled\"")
                .doesNotContain("argon2");
        String password = "/api/v1/me/password";
        Map<String, Object> wish = Map.of("current", ApiStage.PASSWORD, "wanted", PASSWORD);
        assertThat(post(password, adas, with(wish, "code", "000000")).status()).isEqualTo(401);
        Map<String, Object> proof = assertion(passkey, password, adas, Map.of());
        assertThat(post(password, adas, with(wish, "assertion", proof)).status()).isEqualTo(200);
        assertThat(post(password, adas, with(wish, "assertion", proof)).status()).isEqualTo(401);
        adas = stage.token(ada);
        assertThat(post("/api/v1/people/ada/disable", token, Map.of()).status()).isEqualTo(200);
        assertThat(stage.call("GET", "/api/v1/whoami", adas, null).status()).isEqualTo(401);
        String enable = "/api/v1/people/ada/enable";
        assertThat(post(enable, token, Map.of("code", "000000")).status()).isEqualTo(401);
        Map<String, Object> word = assertion(owner.passkey(), enable, token, Map.of());
        assertThat(post(enable, token, Map.of("assertion", word)).status()).isEqualTo(200);
        assertThat(stage.token(ada)).isNotEmpty();
    }

    private void anotherPasskey(SoftwarePasskey passkey) throws Exception {
        String adas = stage.token(new ApiStage.Someone("ada", owner.app(), passkey));
        String all = "/api/v1/me/passkeys";
        assertThat(post(all + "/offer", adas, Map.of("code", "000000")).status()).isEqualTo(401);
        SoftwarePasskey phone = new SoftwarePasskey(stage.url(), "localhost", new SecureRandom());
        Map<String, Object> body = Map.of("name", "phone", "registration", Map.of());
        assertThat(post(all, adas, body).status()).isEqualTo(401);
        Map<String, Object> word = assertion(passkey, all, adas, Map.of());
        ApiStage.Answer offer = post(all + "/offer", adas, Map.of("assertion", word));
        String options = JsonText.indented(offer.json().getOrDefault("publicKey", Map.of()));
        Map<String, Object> made = JsonTree.object(phone.create(options));
        assertThat(post(all, adas, Map.of("name", "phone", "registration", made)).status())
                .isEqualTo(200);
        String listed = call.of("GET " + all, all, adas, null).text();
        assertThat(listed).contains("\"phone\"");
        String first = listed.replaceAll("(?s).*?\"id\": \"([0-9a-f]{16})\".*", "$1");
        String rename = all + "/" + first + "/rename";
        assertThat(post(rename, adas, Map.of("name", " ")).status()).isEqualTo(400);
        assertThat(post(rename, token, Map.of("name", "stolen")).status()).isEqualTo(400);
        assertThat(post(rename, adas, Map.of("name", "old laptop")).status()).isEqualTo(200);
        assertThat(call.of("GET " + all, all, adas, null).text()).contains("\"old laptop\"");
        String remove = all + "/" + first + "/remove";
        assertThat(post(remove, adas, Map.of("code", "000000")).status()).isEqualTo(401);
        word = assertion(phone, remove, adas, Map.of());
        assertThat(post(remove, adas, Map.of("assertion", word)).status()).isEqualTo(200);
        assertThat(call.of("GET " + all, all, adas, null).text()).doesNotContain(first);
        assertThat(post("/api/v1/me/sessions/end", adas, Map.of()).status()).isEqualTo(200);
        assertThat(stage.call("GET", "/api/v1/whoami", adas, null).status()).isEqualTo(401);
    }
}
