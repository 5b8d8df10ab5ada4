package dev.holdfast.server.people;

import dev.holdfast.server.people.PeopleException.Reason;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a session begins: with a password and a code, or with a passkey. Whether a name exists is told to
/// nobody: not by words, not by time, not by what is locked.
final class Logins {
    private static final Logger LOGGER = LoggerFactory.getLogger(Logins.class);
    private static final Duration CHALLENGE_VALID = Duration.ofMinutes(5);
    private static final int NONCE_BYTES = 24;
    private static final int CHALLENGE_BYTES = NONCE_BYTES + Long.BYTES + 32;
    private static final String CHALLENGE = "holdfast sign in";
    private static final String REFUSED =
            "name, password or code is not right; a code counts once, so wait for the next one";

    /// Where the address is not counted.
    private static final String NO_ADDRESS = "";

    private static final String WITHOUT_ROLES =
            "your identity provider has not said lately that you may come in: sign in with it first, and then"
                    + " with your passkey or a code";

    private final PeopleStore store;
    private final Proofs proofs;
    private final Passkeys passkeys;
    private final Passwords passwords;
    private final Sessions sessions;
    private final ProviderRoles providerRoles;
    private final SealedSecrets secrets;
    private final InstantSource clock;
    private final RandomGenerator random;

    Logins(
            PeopleStore store,
            Proofs proofs,
            Passkeys passkeys,
            Passwords passwords,
            Sessions sessions,
            ProviderRoles providerRoles,
            SealedSecrets secrets,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.proofs = proofs;
        this.passkeys = passkeys;
        this.passwords = passwords;
        this.sessions = sessions;
        this.providerRoles = providerRoles;
        this.secrets = secrets;
        this.clock = clock;
        this.random = random;
    }

    ConsoleSession byPassword(String name, String password, String code, String address)
            throws PeopleException {
        // A name that nobody can have is as good as one that nobody has.
        String known = Person.mayBeNamed(name) ? name : "?";
        Instant now = clock.instant();
        String byAddress = byAddress(address);
        String byName = "name:" + known;
        Begun begun =
                store.transaction(handle -> {
                    Instant until = taken(handle, byAddress, byName, now);
                    return new Begun(until, until == null ? AccountRow.find(handle, known) : null);
                });
        if (begun.lockedUntil != null) {
            throw locked(begun.lockedUntil, known);
        }
        AccountRow account = begun.account;
        boolean right =
                passwords.matches(password, account == null ? null : account.passwordHash());
        if (account == null || !right || account.disabled() || account.totpSecret().isEmpty()) {
            throw refused(known);
        }
        boolean coded =
                store.transaction(
                        handle -> proofs.useCode(handle, account, code, clock.instant()) == null);
        if (!coded) {
            throw refused(known);
        }
        store.record(known, "sign in", "person.sign-in");
        return begin(account, byAddress, byName);
    }

    /// @param lockedUntil null where the attempt may be looked at
    private record Begun(@Nullable Instant lockedUntil, @Nullable AccountRow account) {}

    /// What attempts from an address are counted under.
    static String byAddress(String address) {
        return "address:" + Addresses.group(address);
    }

    /// Takes an attempt.
    ///
    /// @param byName empty where only the address counts
    /// @return null where it may be looked at
    @Nullable Instant taken(Handle handle, String byAddress, String byName, Instant now) {
        Instant until = Attempts.OF_ADDRESS.take(handle, byAddress, now).lockedUntil();
        if (until != null || byName.isEmpty()) {
            return until;
        }
        Attempts.Taken taken = Attempts.OF_PERSON.take(handle, byName, now);
        if (taken.last()) {
            LOGGER.warn(
                    "people: sign-ins of {} wait from now on, unless this one is right", byName);
        }
        return taken.lockedUntil();
    }

    /// Begins a session for whoever has proved all that is asked for.
    ConsoleSession begin(AccountRow account, String byAddress, String byName)
            throws PeopleException {
        // Looked at again: it may have been disabled, or its password changed, while the hash was
        // made.
        Started started =
                store.transaction(handle -> {
                    AccountRow current = AccountRow.find(handle, account.person().name());
                    if (current == null
                            || current.disabled()
                            || !current.passwordHash().equals(account.passwordHash())
                            || !current.handle().equals(account.handle())) {
                        return new Started(null, false);
                    }
                    Instant now = clock.instant();
                    Person person = providerRoles.inForce(handle, current, now);
                    if (person == null) {
                        return new Started(null, true);
                    }
                    if (!byAddress.equals(NO_ADDRESS)) {
                        Attempts.giveBack(handle, byAddress);
                    }
                    Attempts.forget(handle, byName);
                    return new Started(sessions.begin(handle, person, now), false);
                });
        ConsoleSession session = started.session;
        if (started.withoutRoles) {
            store.recordRefused(account.person().name(), "sign in", "person.sign-in");
            throw new PeopleException(Reason.REFUSED, WITHOUT_ROLES);
        }
        if (session == null) {
            throw refused(account.person().name());
        }
        return session;
    }

    /// @param withoutRoles whether the provider's groups are why there is none
    private record Started(@Nullable ConsoleSession session, boolean withoutRoles) {}

    /// What `navigator.credentials.get` must be called with. The challenge carries its own mark and time, so
    /// that asking for many costs the store nothing; it is longer than a digest, so that no answer to it is a
    /// proof.
    String passkeyOptions() {
        byte[] body =
                ByteBuffer.allocate(NONCE_BYTES + Long.BYTES)
                        .put(Encoding.random(random, NONCE_BYTES))
                        .putLong(clock.millis())
                        .array();
        byte[] challenge =
                ByteBuffer.allocate(CHALLENGE_BYTES)
                        .put(body)
                        .put(secrets.mark(CHALLENGE, body))
                        .array();
        return passkeys.requestOptions(challenge, List.of());
    }

    private boolean isOurs(byte[] challenge) {
        if (challenge.length != CHALLENGE_BYTES) {
            return false;
        }
        byte[] body = Arrays.copyOf(challenge, NONCE_BYTES + Long.BYTES);
        byte[] mark = Arrays.copyOfRange(challenge, body.length, challenge.length);
        long age = clock.millis() - ByteBuffer.wrap(body).getLong(NONCE_BYTES);
        return MessageDigest.isEqual(mark, secrets.mark(CHALLENGE, body))
                && age >= 0
                && age <= CHALLENGE_VALID.toMillis();
    }

    /// Attempts are not counted: a signature is not guessed, and whoever fails on purpose from the address that
    /// people come from (a proxy's, this machine's own) must not keep them from deciding.
    ConsoleSession byPasskey(String assertionJson) throws PeopleException {
        Assertion assertion = Assertion.read(assertionJson);
        byte[] challenge = assertion == null ? null : assertion.challenge();
        if (assertion == null || challenge == null || !isOurs(challenge)) {
            throw refused("");
        }
        Proofs.Checked checked =
                store.transaction(handle -> {
                    Passkey passkey = PasskeyRows.find(handle, assertion.credential());
                    AccountRow account =
                            passkey == null ? null : AccountRow.find(handle, passkey.person());
                    return account == null || account.disabled()
                            ? new Proofs.Checked.No(ProofException.Reason.WRONG)
                            : proofs.check(handle, account, assertion, challenge);
                });
        return switch (checked) {
            case Proofs.Checked.No _ -> throw refused("");
            case Proofs.Checked.Yes yes -> {
                String name = yes.account().person().name();
                store.record(name, "sign in", "person.sign-in");
                yield begin(yes.account(), NO_ADDRESS, "name:" + name);
            }
        };
    }

    private PeopleException refused(String name) {
        store.recordRefused(name, "sign in", "person.sign-in");
        return new PeopleException(Reason.REFUSED, REFUSED);
    }

    PeopleException locked(Instant until, String name) {
        store.recordRefused(name, "sign in", "person.locked");
        return new PeopleException(
                Reason.LOCKED,
                "too many attempts failed: the next is looked at after %s; a passkey works at any time"
                        .formatted(until));
    }
}
