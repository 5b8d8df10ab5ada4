package dev.holdfast.server.oidc;

import dev.holdfast.server.people.ProviderIdentity;
import dev.holdfast.server.people.SealedSecrets;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Sign-ins by the provider, from the button to the word of the provider.
///
/// What a sign-in needs to know when it comes back is kept by the browser that began it, in a cookie that is
/// sealed: nobody else can end it, nobody can read or change it, any gateway with the same key can go on with
/// it, and a million that were begun cost this program nothing. What must be remembered here, which ones came
/// back, is for whoever uses this to remember.
public final class SignIns {
    /// Where the provider sends browsers back to.
    public static final String CALLBACK = "/login/provider/callback";

    /// How long one may take.
    public static final Duration PENDING = Duration.ofMinutes(10);

    /// How long the provider's word is good for: until a code is typed, or an enrolment done.
    public static final Duration PROVEN = Duration.ofMinutes(10);

    private static final Duration ANSWER_TIME = Duration.ofSeconds(10);
    private static final int SECRET_BYTES = 32;
    private static final int COOKIE_LENGTH_MAX = 3_000;

    private static final String PENDING_SEAL = "sign-in by provider: pending";

    private static final String PROVEN_SEAL = "sign-in by provider: proven";
    private static final String FOREIGN =
            "this sign-in was not begun in this browser, or took longer than 10 minutes: begin again";

    private final OidcSettings settings;
    private final SealedSecrets seals;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Provider provider;

    /// Asks the provider nothing yet.
    public SignIns(
            OidcSettings settings,
            SealedSecrets seals,
            InstantSource clock,
            RandomGenerator random) {
        this(settings, seals, clock, random, ANSWER_TIME);
    }

    SignIns(
            OidcSettings settings,
            SealedSecrets seals,
            InstantSource clock,
            RandomGenerator random,
            Duration answerTime) {
        this.settings = settings;
        this.seals = seals;
        this.clock = clock;
        this.random = random;
        this.provider = new Provider(settings, clock, answerTime);
    }

    /// What the button says after "Sign in with".
    public String name() {
        return settings.name();
    }

    /// One that was begun.
    ///
    /// @param away where the browser goes
    /// @param cookie what it keeps meanwhile
    public record Begun(URI away, String cookie) {}

    /// Begins one.
    ///
    /// @param invite the token of the invite that is to be enrolled with; empty to sign in
    public Begun begin(String invite) throws ProviderException {
        return begin(invite, "");
    }

    /// Begins one to sign in.
    ///
    /// @param next the page that is wanted then; given back as it is
    public Begun beginTo(String next) throws ProviderException {
        return begin("", next);
    }

    private Begun begin(String invite, String next) throws ProviderException {
        Provider.Secrets secrets = new Provider.Secrets(token(), token(), token());
        URI away = provider.authorization(secrets);
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("state", secrets.state());
        kept.put("nonce", secrets.nonce());
        kept.put("verifier", secrets.verifier());
        kept.put("invite", invite);
        kept.put("next", next);
        return new Begun(away, sealed(PENDING_SEAL, kept, PENDING));
    }

    /// What a browser came back with: parameters of the address, empty where they are missing.
    ///
    /// @param issuer `iss` (RFC 9207)
    public record Returned(String state, String code, String issuer, String error) {
        @Override
        public String toString() {
            return "Returned[hidden]";
        }
    }

    /// One that came back to the browser that began it.
    public static final class Pending {
        private final Provider.Secrets secrets;
        private final String invite;
        private final String next;
        private final String code;

        private Pending(Provider.Secrets secrets, String invite, String next, String code) {
            this.secrets = secrets;
            this.invite = invite;
            this.next = next;
            this.code = code;
        }

        /// What it is known by: whoever uses this remembers it, and lets it come back once.
        public String state() {
            return secrets.state();
        }
    }

    /// Takes one back; the provider is not asked for anything that costs it work.
    ///
    /// @param cookie what the browser kept; empty for nothing
    /// @throws ProviderException if it is not this browser's, too old, or not from the provider
    public Pending takeBack(Returned returned, String cookie) throws ProviderException {
        Map<String, Object> kept = opened(PENDING_SEAL, cookie);
        if (kept == null || !same(text(kept, "state"), returned.state)) {
            throw ProviderException.refused(FOREIGN);
        }
        boolean told = !returned.issuer.isEmpty();
        if (told ? !returned.issuer.equals(settings.issuer()) : provider.tellsIssuer()) {
            throw ProviderException.refused(
                    "the browser was not sent back by the provider that it was sent to: begin again");
        }
        if (!returned.error.isEmpty() || returned.code.isEmpty()) {
            throw ProviderException.refused(
                    "the provider did not sign you in: begin again, or ask who runs it");
        }
        return new Pending(
                new Provider.Secrets(
                        text(kept, "state"), text(kept, "nonce"), text(kept, "verifier")),
                text(kept, "invite"),
                text(kept, "next"),
                returned.code);
    }

    /// Who somebody is by the provider's word.
    ///
    /// @param invite the token of the invite that they want to enrol with; empty to sign in
    /// @param next the page that is wanted then; empty for none
    public record Proven(ProviderIdentity identity, String invite, String next) {
        @Override
        public String toString() {
            return "Proven[" + identity.issuer() + "]";
        }
    }

    /// Asks the provider whom one stands for. Only for one that comes back for the first time.
    public Proven redeem(Pending pending) throws ProviderException {
        return new Proven(
                provider.redeem(pending.code, pending.secrets), pending.invite, pending.next);
    }

    /// What the browser keeps until a code is typed, or an enrolment done.
    public String cookie(Proven proven) {
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("issuer", proven.identity.issuer());
        kept.put("subject", proven.identity.subject());
        kept.put("name", proven.identity.name());
        kept.put("invite", proven.invite);
        kept.put("next", proven.next);
        return sealed(PROVEN_SEAL, kept, PROVEN);
    }

    /// What a browser kept of the provider's word; null where that is nothing, or not good any more.
    public @Nullable Proven proven(String cookie) {
        Map<String, Object> kept = opened(PROVEN_SEAL, cookie);
        if (kept == null || !text(kept, "issuer").equals(settings.issuer())) {
            return null;
        }
        return new Proven(
                new ProviderIdentity(
                        text(kept, "issuer"), text(kept, "subject"), text(kept, "name")),
                text(kept, "invite"),
                text(kept, "next"));
    }

    private String token() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private String sealed(String purpose, Map<String, Object> kept, Duration valid) {
        kept.put("until", clock.instant().plus(valid).toEpochMilli());
        return seals.sealApart(purpose, JsonText.indented(kept).getBytes(StandardCharsets.UTF_8));
    }

    /// Null where it was not sealed here for this purpose, or is too old.
    private @Nullable Map<String, Object> opened(String purpose, String cookie) {
        if (cookie.isEmpty() || cookie.length() > COOKIE_LENGTH_MAX) {
            return null;
        }
        try {
            Map<String, Object> kept =
                    JsonTree.object(
                            new String(seals.openApart(purpose, cookie), StandardCharsets.UTF_8));
            return kept.get("until") instanceof Long until
                            && clock.instant().isBefore(Instant.ofEpochMilli(until))
                    ? kept
                    : null;
        } catch (GeneralSecurityException | JsonTree.MalformedException _) {
            return null;
        }
    }

    private static String text(Map<String, Object> kept, String name) {
        return kept.get(name) instanceof String text ? text : "";
    }

    private static boolean same(String one, String other) {
        return !one.isEmpty()
                && MessageDigest.isEqual(
                        one.getBytes(StandardCharsets.UTF_8),
                        other.getBytes(StandardCharsets.UTF_8));
    }
}
