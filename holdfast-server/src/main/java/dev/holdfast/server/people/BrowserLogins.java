package dev.holdfast.server.people;

import dev.holdfast.server.people.PeopleException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Sessions for a command line whose person signs in with a browser, by whatever way they have there: as OAuth
/// 2.0 does it for native applications (RFC 8252), with PKCE (RFC 7636).
///
/// 1. The command line makes a secret, the verifier, and asks with its hash ([#ask]).
/// 2. Its person, who is signed in in a browser, looks at what is asked ([#look]) and proves that they want
///    exactly that ([#confirm]): with less, a stolen cookie would be good for a session that outlives it.
/// 3. The code that they get goes to the command line, which has it and the verifier changed for a session
///    ([#redeem]): once, within two minutes.
///
/// What is asked is sealed into the address that the person opens: a million that nobody answers cost the store
/// nothing, and any gateway with the same key can show them. The store has one row for a person.
public final class BrowserLogins {
    /// How long what was asked can be answered.
    public static final Duration ASKED_FOR = Duration.ofMinutes(10);

    /// How long a code is good for.
    public static final Duration CODE_VALID = Duration.ofMinutes(2);

    private static final String RULE = "person.sign-in";
    private static final String ACTION = "sign in by browser";
    private static final String UNANSWERABLE =
            "this cannot be answered any more: it took longer than 10 minutes, something newer was answered, or"
                    + " the address is not whole. Run holdfast login again";

    private static final String NO_CODE =
            "this code is not right, or not right any more: it counts once, for two minutes, and only for the"
                    + " command line that asked. Run holdfast login again";

    private static final Pattern NOT_IN_CODES = Pattern.compile("[^A-Z2-7]");
    private static final int CODE_BYTES = 15;
    private static final int CODE_LENGTH_MAX = 60;
    private static final int VERIFIER_LENGTH_MIN = 43;
    private static final int VERIFIER_LENGTH_MAX = 128;

    private final PeopleStore store;
    private final PeopleSettings settings;
    private final Proofs proofs;
    private final Logins logins;
    private final SealedSecrets seals;
    private final InstantSource clock;
    private final RandomGenerator random;

    BrowserLogins(
            PeopleStore store,
            PeopleSettings settings,
            Proofs proofs,
            Logins logins,
            SealedSecrets seals,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.settings = settings;
        this.proofs = proofs;
        this.logins = logins;
        this.seals = seals;
        this.clock = clock;
        this.random = random;
    }

    /// What was asked.
    ///
    /// @param request what the person opens; base64url, holds no secret of the command line
    /// @param mark what the command line and the page show, so that a person can see that it is the same
    /// @param until when it cannot be answered any more
    public record Asked(String request, String mark, Instant until) {}

    /// Asks for a session. Nothing is kept of it; whether there is somebody of that name is not told.
    ///
    /// @param user who shall confirm, and nobody else can
    /// @param challenge SHA-256 of the verifier, base64url (PKCE's `S256`)
    /// @param port where the command line listens on the loopback address of its machine, 1024 to 65535; 0
    ///     where it does not, so that the person carries the code over
    /// @param address where the request comes from
    public Asked ask(String user, String challenge, int port, String address)
            throws PeopleException {
        if (!Person.mayBeNamed(user)) {
            throw new PeopleException(
                    Reason.INVALID, "user: not a name that anybody can have here");
        }
        byte[] hash = Encoding.bytes(challenge);
        if (hash == null || hash.length != 32 || !Encoding.base64(hash).equals(challenge)) {
            throw new PeopleException(
                    Reason.INVALID, "challenge: expected is SHA-256 of the verifier, base64url");
        }
        if (port != 0 && !BrowserRequest.isPort(port)) {
            throw new PeopleException(Reason.INVALID, "port: expected is 0, or 1024 to 65535");
        }
        Instant now = clock.instant();
        BrowserRequest request =
                new BrowserRequest(user, challenge, port, address, now.toEpochMilli());
        return new Asked(request.sealed(seals), request.mark(), now.plus(ASKED_FOR));
    }

    /// What a person is asked to hand out: a session with all of their roles, which proves nothing.
    ///
    /// @param mark as in [Asked]
    /// @param port as it was asked; the code goes there, to the machine of the browser
    /// @param challenge what a command line knows its own answer by
    /// @param address where the command line's request came from
    /// @param near whether whoever looks comes from the same address
    /// @param asked when
    /// @param sessionMax when the session ends at the latest
    /// @param sessionIdle after how long without use it ends
    public record Wish(
            String mark,
            int port,
            String challenge,
            String address,
            boolean near,
            Instant asked,
            Duration sessionMax,
            Duration sessionIdle) {}

    /// Looks at what is asked; decides nothing.
    ///
    /// @param address where whoever looks comes from
    /// @throws PeopleException if it is somebody else's to answer, or cannot be answered any more
    public Wish look(Person person, String request, String address) throws PeopleException {
        BrowserRequest opened = answerable(person, request);
        return new Wish(
                opened.mark(),
                opened.port(),
                opened.challenge(),
                opened.address(),
                Addresses.near(opened.address(), address),
                Instant.ofEpochMilli(opened.askedEpochMillis()),
                settings.sessionMax(),
                settings.sessionIdle());
    }

    private BrowserRequest answerable(Person person, String request) throws PeopleException {
        BrowserRequest opened = BrowserRequest.open(seals, request);
        Instant now = clock.instant();
        if (opened == null || !opened.isOf(now, ASKED_FOR)) {
            throw new PeopleException(Reason.REFUSED, UNANSWERABLE);
        }
        if (!opened.user().equals(person.name())) {
            // Else somebody could put a command line of another's to work under their own name.
            store.recordRefused(person.name(), ACTION + ", asked of somebody else", RULE);
            throw new PeopleException(
                    Reason.FORBIDDEN,
                    "this was asked of somebody else than %s: sign out, in as the one whom holdfast login"
                                    .formatted(person.name())
                            + " named, and open the address again");
        }
        if (store.transaction(
                handle -> !BrowserSignIns.isNewest(handle, opened, now.toEpochMilli()))) {
            throw new PeopleException(Reason.REFUSED, UNANSWERABLE);
        }
        return opened;
    }

    /// What a proof must be made for to confirm: this one request, with all that is in it.
    public static String confirmAction(String request) {
        return "hand out a session of the command line " + request;
    }

    /// Hands out a session, on its person's proof.
    ///
    /// @param given a proof for [#confirmAction]
    /// @return a code for the command line that asked, to be carried over by people where need be: six groups of
    ///     four letters and digits
    public String confirm(Person person, Proofs.Given given, String request)
            throws PeopleException {
        // Before the proof is used up: nothing that cannot be done costs a code.
        BrowserRequest opened = answerable(person, request);
        proofs.require(person, confirmAction(request), given);
        String code = Totp.base32(Encoding.random(random, CODE_BYTES));
        store.record(
                person.name(),
                "%s, confirmed as %s, asked from %s"
                        .formatted(ACTION, opened.mark(), opened.address()),
                RULE);
        Instant now = clock.instant();
        boolean kept =
                store.transaction(handle -> {
                    AccountRow account = AccountRow.find(handle, person.name());
                    return account != null
                            && !account.disabled()
                            && BrowserSignIns.answer(
                                    handle,
                                    opened,
                                    Encoding.hash(code),
                                    now.toEpochMilli(),
                                    now.plus(CODE_VALID).toEpochMilli());
                });
        if (!kept) {
            throw new PeopleException(Reason.REFUSED, UNANSWERABLE);
        }
        return code.replaceAll("(.{4})(?!$)", "$1-");
    }

    /// Refuses: neither this nor anything that was asked before can be confirmed any more. Takes away only, so
    /// it asks for no proof.
    public void refuse(Person person, String request) throws PeopleException {
        BrowserRequest opened = answerable(person, request);
        store.recordRefused(
                person.name(),
                "%s, refused as %s, asked from %s"
                        .formatted(ACTION, opened.mark(), opened.address()),
                RULE);
        long now = clock.millis();
        store.transaction(handle -> BrowserSignIns.answer(handle, opened, "", now, 0));
    }

    /// Changes a code for the session that its person handed out. A code that was sent is used up, whatever
    /// comes of it.
    ///
    /// @param verifier what the hash was made of that was asked with
    /// @param address where the request comes from
    public ConsoleSession redeem(String code, String verifier, String address)
            throws PeopleException {
        Instant now = clock.instant();
        String byAddress = Logins.byAddress(address);
        String hash = Encoding.hash(plain(code));
        Sent sent =
                store.transaction(handle -> {
                    Instant until = logins.taken(handle, byAddress, "", now);
                    return until == null
                            ? sent(handle, hash, challenge(verifier), now)
                            : new Sent(until, "", null);
                });
        if (sent.lockedUntil != null) {
            throw logins.locked(sent.lockedUntil, "");
        }
        AccountRow account = sent.account;
        if (account == null) {
            store.recordRefused(sent.person, ACTION, RULE);
            throw new PeopleException(Reason.REFUSED, NO_CODE);
        }
        store.record(sent.person, ACTION, RULE);
        return logins.begin(account, byAddress, "name:" + sent.person);
    }

    /// @param lockedUntil null where the attempt may be looked at
    /// @param person whose code it was; empty for nobody's
    /// @param account null where there is no session for it
    private record Sent(
            @Nullable Instant lockedUntil, String person, @Nullable AccountRow account) {}

    private static Sent sent(Handle handle, String hash, String challenge, Instant now) {
        BrowserSignIns.Answered answered = BrowserSignIns.take(handle, hash);
        if (answered == null) {
            return new Sent(null, "", null);
        }
        AccountRow account = AccountRow.find(handle, answered.person());
        boolean good =
                now.toEpochMilli() < answered.expiresEpochMillis()
                        && MessageDigest.isEqual(
                                challenge.getBytes(StandardCharsets.US_ASCII),
                                answered.challenge().getBytes(StandardCharsets.US_ASCII))
                        && account != null
                        && !account.disabled();
        return new Sent(null, answered.person(), good ? account : null);
    }

    /// As it was made, however it was typed.
    private static String plain(String code) {
        return code.length() > CODE_LENGTH_MAX
                ? ""
                : NOT_IN_CODES.matcher(code.toUpperCase(Locale.ROOT)).replaceAll("");
    }

    private static String challenge(String verifier) {
        return verifier.length() < VERIFIER_LENGTH_MIN || verifier.length() > VERIFIER_LENGTH_MAX
                ? ""
                : Encoding.base64(Encoding.sha256(verifier.getBytes(StandardCharsets.UTF_8)));
    }
}
