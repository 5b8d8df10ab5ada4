package dev.holdfast.server.people;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.people.PeopleException.Reason;
import dev.holdfast.server.store.ControlStore;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The people: they are invited, enrol with a password and with what proves that it is they, sign in, and are
/// disabled. All of it is in the store and in the record; waits for both, so never called on an event loop.
///
/// What a stolen session must not bring about (a new person, a person back, another password) asks for a proof
/// as an approval does. Whoever lost their means of proof is invited anew by an owner: the invite's enrolment
/// replaces all that was there.
public final class People {
    /// What a proof must be made for to change one's own password.
    public static final String PASSWORD_ACTION = "change password";

    private static final Logger LOGGER = LoggerFactory.getLogger(People.class);
    private static final int HANDLE_BYTES = 32;
    private static final int CHALLENGE_BYTES = 32;
    private static final int PEOPLE_MAX = 1_000;
    private static final String NO_INVITE =
            "the invite is not valid any more, or never was: ask for a new one";

    private final PeopleStore store;
    private final PeopleSettings settings;
    private final SealedSecrets secrets;
    private final Passkeys passkeys;
    private final Passwords passwords;
    private final Sessions sessions;
    private final Proofs proofs;
    private final Logins logins;
    private final ProviderLogins providerLogins;
    private final BrowserLogins browserLogins;
    private final OwnPasskeys ownPasskeys;
    private final InstantSource clock;
    private final SecureRandom random;

    /// Everything is in the store; nothing is read before it is asked for.
    public People(
            ControlStore store,
            PeopleSettings settings,
            SealedSecrets secrets,
            AuditLog audit,
            InstantSource clock,
            SecureRandom random) {
        this(store, settings, secrets, audit, clock, random, new Passwords(random));
    }

    People(
            ControlStore store,
            PeopleSettings settings,
            SealedSecrets secrets,
            AuditLog audit,
            InstantSource clock,
            SecureRandom random,
            Passwords passwords) {
        this.store = new PeopleStore(store, audit, clock);
        this.settings = settings;
        this.secrets = secrets;
        this.clock = clock;
        this.random = random;
        this.passkeys = new Passkeys(settings.site());
        this.passwords = passwords;
        ProviderRoles providerRoles = new ProviderRoles(settings.groupsValid());
        this.sessions = new Sessions(settings, providerRoles, random);
        this.proofs = new Proofs(store, settings.site(), passkeys, secrets, audit, clock);
        this.ownPasskeys = new OwnPasskeys(this.store, passkeys, proofs, clock, random);
        this.logins =
                new Logins(
                        this.store,
                        proofs,
                        passkeys,
                        passwords,
                        sessions,
                        providerRoles,
                        secrets,
                        clock,
                        random);
        this.providerLogins = new ProviderLogins(this.store, proofs, logins, providerRoles, clock);
        this.browserLogins =
                new BrowserLogins(this.store, settings, proofs, logins, secrets, clock, random);
    }

    /// What proves that a person agrees.
    public Proofs proofs() {
        return proofs;
    }

    /// What the word of an identity provider is worth.
    public ProviderLogins providerLogins() {
        return providerLogins;
    }

    /// Sessions of the command line that are handed out in a browser.
    public BrowserLogins browserLogins() {
        return browserLogins;
    }

    /// The passkeys of whoever asks.
    public OwnPasskeys ownPasskeys() {
        return ownPasskeys;
    }

    /// What a proof must be made for to invite somebody: see [Proofs#digestOf].
    public static String inviteAction(String name, Set<Role> roles) {
        return "invite " + name + " " + AccountRow.text(roles);
    }

    /// What a proof must be made for to let somebody in again.
    public static String enableAction(String name) {
        return "enable " + name;
    }

    /// Invites a person on an owner's word.
    ///
    /// @param given a proof of the owner for [#inviteAction]
    public Invite invite(Person owner, Proofs.Given given, String name, Set<Role> roles)
            throws PeopleException {
        if (!owner.is(Role.OWNER)) {
            throw new PeopleException(Reason.FORBIDDEN, "only an owner invites people");
        }
        checkInvited(name, roles);
        proofs.require(owner, inviteAction(name, roles), given);
        return invite(owner.name(), name, roles);
    }

    /// Invites a person, new or known: their enrolment replaces what was there, and ends their sessions. For
    /// whoever has the store itself, which is how the first person gets in; anybody else gives a proof.
    ///
    /// @param by who invites, as it stands in the record
    public Invite invite(String by, String name, Set<Role> roles) throws PeopleException {
        checkInvited(name, roles);
        Instant now = clock.instant();
        Instant expires = now.plus(settings.inviteValid());
        Person person = new Person(name, roles);
        String token = Encoding.token(random);
        store.record(by, inviteAction(name, roles), "person.invite");
        boolean room =
                store.transaction(handle -> {
                    if (AccountRow.find(handle, name) == null
                            && AccountRow.all(handle).size() >= PEOPLE_MAX) {
                        return false;
                    }
                    Invites.put(
                            handle, token, new Invites.Row(person, by, expires, "", "", ""), now);
                    return true;
                });
        if (!room) {
            throw new PeopleException(
                    Reason.INVALID, "there are %d people already".formatted(PEOPLE_MAX));
        }
        return new Invite(
                token, settings.site().get().origin() + "/enrol?invite=" + token, person, expires);
    }

    private static void checkInvited(String name, Set<Role> roles) throws PeopleException {
        if (!Person.mayBeNamed(name)) {
            throw new PeopleException(
                    Reason.INVALID,
                    "name: expected are 1 to 100 of a-z 0-9 . _ @ + -, the first a letter or a digit");
        }
        if (roles.isEmpty()) {
            throw new PeopleException(Reason.INVALID, "name at least one role");
        }
    }

    /// A proof that was refused, where it was asked for something about a person.
    static PeopleException ofProof(ProofException e) {
        return new PeopleException(
                switch (e.reason()) {
                    case WRONG, USED, NOT_ENROLLED -> Reason.REFUSED;
                    case LOCKED -> Reason.LOCKED;
                    case UNAVAILABLE -> Reason.UNAVAILABLE;
                },
                String.valueOf(e.getMessage()));
    }

    /// Opens an invite: what there is to enrol with.
    public Enrolment enrolment(String token) throws PeopleException {
        Instant now = clock.instant();
        byte[] handleBytes = Encoding.random(random, HANDLE_BYTES);
        byte[] challenge = Encoding.random(random, CHALLENGE_BYTES);
        byte[] secret = Encoding.random(random, Totp.SECRET_BYTES);
        Offered offered =
                store.transaction(handle -> {
                    Invites.Row invite = Invites.find(handle, token, now);
                    if (invite != null) {
                        Invites.offer(
                                handle,
                                token,
                                new Invites.Row(
                                        invite.person(),
                                        invite.invitedBy(),
                                        invite.expires(),
                                        Encoding.base64(handleBytes),
                                        Encoding.base64(challenge),
                                        secrets.seal(invite.person().name(), secret)));
                    }
                    return new Offered(invite);
                });
        if (offered.invite == null) {
            throw new PeopleException(Reason.REFUSED, NO_INVITE);
        }
        Person person = offered.invite.person();
        return new Enrolment(
                person,
                Totp.uri(person.name(), secret),
                Totp.base32(secret),
                passkeys.creationOptions(person.name(), handleBytes, challenge, List.of()),
                Passwords.LENGTH_MIN);
    }

    /// @param invite null where there is none
    private record Offered(Invites.@Nullable Row invite) {}

    /// Enrols with a password, as [#enrol(String, FirstFactor, String, String)].
    public Person enrol(String token, String password, String code, String registrationJson)
            throws PeopleException {
        return enrol(token, new FirstFactor.Password(password), code, registrationJson);
    }

    /// Enrols whoever has the invite, and uses it up. A passkey or codes there must be, both there may be.
    ///
    /// @param first what takes the place of any password or provider that there was
    /// @param code of the app that was given the offered secret; empty for no codes
    /// @param registrationJson what `navigator.credentials.create` gave, by `toJSON()`; empty for no passkey
    public Person enrol(String token, FirstFactor first, String code, String registrationJson)
            throws PeopleException {
        Instant now = clock.instant();
        Invites.Row invite =
                store.transaction(handle -> new Offered(Invites.find(handle, token, now))).invite;
        if (invite == null || invite.challenge().isEmpty()) {
            throw new PeopleException(Reason.REFUSED, NO_INVITE);
        }
        String name = invite.person().name();
        if (code.isEmpty() && registrationJson.isEmpty()) {
            throw new PeopleException(
                    Reason.INVALID,
                    "enrol a passkey, an app for codes, or both: a password or a provider alone"
                            + " proves nothing");
        }
        ProviderIdentity identity = first.identity();
        if (identity != null && !identity.name().equals(name)) {
            throw new PeopleException(Reason.REFUSED, NO_INVITE);
        }
        long step = code.isEmpty() ? -1 : rightStep(name, invite.totpSecret(), code, now);
        Passkey passkey = registrationJson.isEmpty() ? null : passkey(invite, registrationJson);
        String hash =
                switch (first) {
                    case FirstFactor.Password(String password) -> passwords.hash(password, name);
                    case FirstFactor.Provider _ -> "";
                };
        store.record(name, enrolled(invite, passkey, code, identity), "person.enrol");
        boolean done =
                store.transaction(handle -> {
                    if (Invites.find(handle, token, now) == null
                            || isOfAnother(handle, passkey)
                            || (identity != null && !ProviderLogins.mayBe(handle, name, identity))
                            || !Invites.use(handle, token)) {
                        return false;
                    }
                    AccountRow before = AccountRow.find(handle, name);
                    new AccountRow(
                                    invite.person(),
                                    invite.handle(),
                                    hash,
                                    code.isEmpty() ? "" : invite.totpSecret(),
                                    identity == null ? "" : identity.issuer(),
                                    identity == null ? "" : identity.subject(),
                                    false,
                                    before == null
                                            ? now.toEpochMilli()
                                            : before.createdEpochMillis())
                            .put(handle);
                    if (step >= 0) {
                        AccountRow.useStep(handle, name, step);
                    }
                    Sessions.endAllOf(handle, name);
                    PasskeyRows.removeAllOf(handle, name);
                    Attempts.forget(handle, "code:" + name);
                    Attempts.forget(handle, "name:" + name);
                    return passkey == null
                            || PasskeyRows.add(handle, passkey, "", now.toEpochMilli());
                });
        if (!done) {
            throw new PeopleException(Reason.REFUSED, NO_INVITE);
        }
        return invite.person();
    }

    private long rightStep(String name, String sealed, String code, Instant now)
            throws PeopleException {
        try {
            long step = Totp.stepOf(secrets.open(name, sealed), code, now);
            if (step < 0) {
                throw new PeopleException(
                        Reason.INVALID,
                        "the code is not right: type the one that your app shows now; if it stays wrong,"
                                + " look at your device's clock");
            }
            return step;
        } catch (GeneralSecurityException _) {
            LOGGER.error(
                    "people: a secret cannot be opened: the key file is another one than before");
            throw new PeopleException(Reason.REFUSED, "open the invite again");
        }
    }

    private Passkey passkey(Invites.Row invite, String json) throws PeopleException {
        byte[] challenge = Encoding.bytes(invite.challenge());
        try {
            if (challenge != null) {
                return passkeys.registered(invite.person().name(), json, challenge);
            }
        } catch (Passkeys.WrongException _) {
            // Told below: the person can do nothing with the difference.
        }
        throw new PeopleException(
                Reason.INVALID,
                "the passkey cannot be enrolled: open the invite again, and use one that asks for a finger,"
                        + " a face or a PIN");
    }

    /// Nobody has the id of another's passkey but by copying it.
    private static boolean isOfAnother(Handle handle, @Nullable Passkey passkey) {
        Passkey same = passkey == null ? null : PasskeyRows.find(handle, passkey.credential());
        return same != null && passkey != null && !same.person().equals(passkey.person());
    }

    private String enrolled(
            Invites.Row invite,
            @Nullable Passkey passkey,
            String code,
            @Nullable ProviderIdentity identity) {
        Passkeys.Key key = passkey == null ? null : passkeys.key(passkey);
        return "enrol, invited by %s as %s, with%s%s%s"
                .formatted(
                        invite.invitedBy(),
                        AccountRow.text(invite.person().roles()),
                        code.isEmpty() ? "" : " codes",
                        key == null ? "" : " passkey " + PasskeyEvidence.fingerprint(key),
                        identity == null
                                ? ""
                                : " provider " + ProviderLogins.fingerprint(identity));
    }

    /// Signs in with a password and a code.
    ///
    /// @param address where the request comes from
    public ConsoleSession authenticate(String name, String password, String code, String address)
            throws PeopleException {
        return logins.byPassword(name, password, code, address);
    }

    /// What `navigator.credentials.get` must be called with to sign in by [#authenticate(String)].
    public String passkeyOptions() {
        return logins.passkeyOptions();
    }

    /// Signs in with a passkey.
    ///
    /// @param assertionJson what `navigator.credentials.get` gave, by `toJSON()`
    public ConsoleSession authenticate(String assertionJson) throws PeopleException {
        return logins.byPasskey(assertionJson);
    }

    /// Whose session a token is; null where there is none, where it has ended, and where the store cannot be
    /// asked.
    public @Nullable ConsoleSession session(String token) {
        try {
            return store.transaction(
                            handle -> new Found(sessions.find(handle, token, clock.instant())))
                    .session;
        } catch (PeopleException _) {
            return null;
        }
    }

    private record Found(@Nullable ConsoleSession session) {}

    /// Ends a session.
    public void end(String token) throws PeopleException {
        store.transaction(handle -> {
            Sessions.end(handle, token);
            return Boolean.TRUE;
        });
    }

    /// Changes a person's own password and ends their sessions, this one too.
    ///
    /// @param given a proof for [#PASSWORD_ACTION]
    public void changePassword(Person person, String current, Proofs.Given given, String wanted)
            throws PeopleException {
        proofs.require(person, PASSWORD_ACTION, given);
        AccountRow account =
                store.transaction(handle -> new Known(AccountRow.find(handle, person.name())))
                        .account;
        if (account == null || !passwords.matches(current, account.passwordHash())) {
            store.recordRefused(person.name(), "change password", "person.password");
            throw new PeopleException(Reason.REFUSED, "the current password is not right");
        }
        String hash = passwords.hash(wanted, person.name());
        store.record(person.name(), "change password", "person.password");
        store.transaction(handle -> {
            handle.createUpdate("UPDATE person SET password_hash = :hash WHERE name = :name")
                    .bind("hash", hash)
                    .bind("name", person.name())
                    .execute();
            Sessions.endAllOf(handle, person.name());
            return Boolean.TRUE;
        });
    }

    private record Known(@Nullable AccountRow account) {}

    /// Everybody, by name.
    public List<Account> list() throws PeopleException {
        return store.transaction(handle ->
                AccountRow.all(handle).stream()
                        .map(row ->
                                account(
                                        row,
                                        PasskeyRows.usable(handle, row.person().name()).size()))
                        .toList());
    }

    private static Account account(AccountRow row, int passkeys) {
        return new Account(
                row.person(),
                row.disabled(),
                passkeys,
                !row.totpSecret().isEmpty(),
                !row.subject().isEmpty(),
                Instant.ofEpochMilli(row.createdEpochMillis()));
    }

    /// Lets a person in no more: ends their sessions and their invites.
    ///
    /// @param by who does, as it stands in the record
    public void disable(String by, String name) throws PeopleException {
        store.record(by, "disable " + shown(name), "person.disable");
        setDisabled(name, true);
    }

    /// Lets a person in again, with what they were enrolled with.
    ///
    /// @param given a proof of the owner for [#enableAction]
    public void enable(Person owner, Proofs.Given given, String name) throws PeopleException {
        if (!owner.is(Role.OWNER)) {
            throw new PeopleException(Reason.FORBIDDEN, "only an owner lets people in again");
        }
        proofs.require(owner, enableAction(name), given);
        enable(owner.name(), name);
    }

    /// The same for whoever has the store itself; anybody else gives a proof.
    public void enable(String by, String name) throws PeopleException {
        store.record(by, "enable " + shown(name), "person.enable");
        setDisabled(name, false);
    }

    private static String shown(String name) {
        return Person.mayBeNamed(name) ? name : "nobody";
    }

    private void setDisabled(String name, boolean disabled) throws PeopleException {
        boolean known =
                store.transaction(handle -> {
                    Sessions.endAllOf(handle, name);
                    Invites.removeAllOf(handle, name);
                    return handle.createUpdate(
                                            "UPDATE person SET disabled = :disabled"
                                                    + " WHERE name = :name")
                                    .bind("disabled", disabled)
                                    .bind("name", name)
                                    .execute()
                            == 1;
                });
        if (!known) {
            throw new PeopleException(Reason.UNKNOWN, "there is nobody of that name");
        }
    }
}
