package dev.holdfast.server.people;

import dev.holdfast.server.people.PeopleException.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The passkeys of a person, in their own hands: seen, added and removed. A session does not suffice for
/// that: who stole one could enrol a passkey of their own with it, or lock its person out. So both ask for
/// a proof by what is enrolled already; and what is left over always proves something still.
public final class OwnPasskeys {
    /// What a proof must be made for to enrol one more passkey.
    public static final String ADD_ACTION = "add a passkey";

    /// Characters of a name.
    public static final int NAME_LENGTH_MAX = 60;

    private static final int OF_PERSON_MAX = 20;
    private static final int CHALLENGE_BYTES = 32;
    private static final int ID_LENGTH = 16;
    private static final Duration OFFERED_FOR = Duration.ofMinutes(5);

    private final PeopleStore store;
    private final Passkeys passkeys;
    private final Proofs proofs;
    private final InstantSource clock;
    private final SecureRandom random;

    OwnPasskeys(
            PeopleStore store,
            Passkeys passkeys,
            Proofs proofs,
            InstantSource clock,
            SecureRandom random) {
        this.store = store;
        this.passkeys = passkeys;
        this.proofs = proofs;
        this.clock = clock;
        this.random = random;
    }

    /// What a proof must be made for to remove a passkey.
    public static String removeAction(String id) {
        return "remove passkey " + id;
    }

    /// All of a person, oldest first.
    public List<OwnPasskey> list(Person person) throws PeopleException {
        return store.transaction(handle -> PasskeyRows.of(handle, person.name())).stream()
                .map(row ->
                        new OwnPasskey(
                                id(row.credential()),
                                row.name(),
                                Instant.ofEpochMilli(row.createdEpochMillis()),
                                row.latestUseEpochMillis() == 0
                                        ? null
                                        : Instant.ofEpochMilli(row.latestUseEpochMillis()),
                                !row.copied()))
                .toList();
    }

    private static String id(String credential) {
        return Encoding.hash(credential).substring(0, ID_LENGTH);
    }

    /// Offers to enrol one more, for five minutes; an earlier offer is worth nothing then.
    ///
    /// @param given a proof for [#ADD_ACTION]
    /// @return what `navigator.credentials.create` must be called with, as JSON
    public String offer(Person person, Proofs.Given given) throws PeopleException {
        proofs.require(person, ADD_ACTION, given);
        byte[] challenge = Encoding.random(random, CHALLENGE_BYTES);
        Offer offer =
                store.transaction(handle -> {
                    AccountRow account = AccountRow.find(handle, person.name());
                    List<PasskeyRows.Row> known = PasskeyRows.of(handle, person.name());
                    if (account == null || account.disabled() || known.size() >= OF_PERSON_MAX) {
                        return new Offer(null, List.of());
                    }
                    PasskeyRows.offer(
                            handle,
                            person.name(),
                            Encoding.base64(challenge),
                            clock.instant().plus(OFFERED_FOR).toEpochMilli());
                    return new Offer(
                            account, known.stream().map(PasskeyRows.Row::credential).toList());
                });
        byte[] userHandle = offer.account == null ? null : Encoding.bytes(offer.account.handle());
        if (userHandle == null) {
            throw new PeopleException(
                    Reason.INVALID,
                    "there are %d passkeys already: remove one first".formatted(OF_PERSON_MAX));
        }
        return passkeys.creationOptions(person.name(), userHandle, challenge, offer.known);
    }

    /// @param account null where nothing is offered
    /// @param known passkeys that there are, so that an authenticator does not make a second
    private record Offer(@Nullable AccountRow account, List<String> known) {}

    /// Enrols the passkey that was made to [#offer].
    ///
    /// @param name what to call it, 1 to 60 characters
    /// @param registrationJson what `navigator.credentials.create` gave, by `toJSON()`
    public void add(Person person, String name, String registrationJson) throws PeopleException {
        String called = named(name);
        Instant now = clock.instant();
        String offered =
                store.transaction(
                        handle -> PasskeyRows.takeOffer(handle, person.name(), now.toEpochMilli()));
        byte[] challenge = offered.isEmpty() ? null : Encoding.bytes(offered);
        if (challenge == null) {
            throw new PeopleException(
                    Reason.REFUSED, "no passkey is waited for any more: begin anew");
        }
        Passkey passkey;
        try {
            passkey = passkeys.registered(person.name(), registrationJson, challenge);
        } catch (Passkeys.WrongException _) {
            throw new PeopleException(
                    Reason.INVALID,
                    "the passkey cannot be enrolled: begin anew, and use one that asks for a finger, a face"
                            + " or a PIN");
        }
        Passkeys.Key key = passkeys.key(passkey);
        store.record(
                person.name(),
                "add passkey " + (key == null ? "" : PasskeyEvidence.fingerprint(key)),
                "person.passkey");
        boolean added =
                store.transaction(handle ->
                        isEnabled(handle, person)
                                && PasskeyRows.of(handle, person.name()).size() < OF_PERSON_MAX
                                && PasskeyRows.add(handle, passkey, called, now.toEpochMilli()));
        if (!added) {
            throw new PeopleException(Reason.INVALID, "this passkey is enrolled already");
        }
    }

    private static boolean isEnabled(Handle handle, Person person) {
        AccountRow account = AccountRow.find(handle, person.name());
        return account != null && !account.disabled();
    }

    private static String named(String name) throws PeopleException {
        String called = name.strip();
        if (called.isEmpty()
                || called.length() > NAME_LENGTH_MAX
                || called.codePoints().anyMatch(OwnPasskeys::isUnseen)) {
            throw new PeopleException(
                    Reason.INVALID,
                    "name: expected are 1 to %d characters, such as: phone"
                            .formatted(NAME_LENGTH_MAX));
        }
        return called;
    }

    /// Whether a character is not seen, or changes how others are: control characters, marks of direction, line
    /// ends, and what is no character.
    private static boolean isUnseen(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }

    /// Calls one by another name. That proves and takes away nothing, so it asks for no proof.
    ///
    /// @param id as in [OwnPasskey]
    /// @param name what to call it, 1 to 60 characters
    public void rename(Person person, String id, String name) throws PeopleException {
        String called = named(name);
        String credential =
                store.transaction(handle -> PasskeyRows.of(handle, person.name())).stream()
                        .map(PasskeyRows.Row::credential)
                        .filter(each -> id(each).equals(id))
                        .findFirst()
                        .orElseThrow(OwnPasskeys::unknown);
        store.record(
                person.name(), "rename passkey %s: %s".formatted(id, called), "person.passkey");
        if (!store.transaction(
                handle -> PasskeyRows.rename(handle, person.name(), credential, called))) {
            throw unknown();
        }
    }

    private static PeopleException unknown() {
        return new PeopleException(Reason.INVALID, "you have no such passkey");
    }

    /// Removes one. Never the last thing by which its person can prove who they are.
    ///
    /// @param given a proof for [#removeAction]
    /// @param id as in [OwnPasskey]
    public void remove(Person person, Proofs.Given given, String id) throws PeopleException {
        // Before the proof is used up: nothing that cannot be done costs a code.
        Removal before = store.transaction(handle -> removal(handle, person, id));
        credential(before);
        proofs.require(person, removeAction(id), given);
        store.record(person.name(), "remove passkey " + id, "person.passkey");
        credential(
                store.transaction(handle -> {
                    // Two at once must not remove two last ones.
                    PasskeyRows.lock(handle, person.name());
                    Removal removal = removal(handle, person, id);
                    if (removal instanceof Removal.Of(String credential)) {
                        PasskeyRows.remove(handle, credential);
                    }
                    return removal;
                }));
    }

    /// What came of looking for a passkey to remove.
    private sealed interface Removal {
        record Of(String credential) implements Removal {}

        record Unknown() implements Removal {}

        record Last() implements Removal {}
    }

    private static Removal removal(Handle handle, Person person, String id) {
        List<PasskeyRows.Row> all = PasskeyRows.of(handle, person.name());
        PasskeyRows.Row wanted =
                all.stream()
                        .filter(row -> id(row.credential()).equals(id))
                        .findFirst()
                        .orElse(null);
        AccountRow account = AccountRow.find(handle, person.name());
        if (wanted == null || account == null) {
            return new Removal.Unknown();
        }
        boolean another =
                !account.totpSecret().isEmpty()
                        || all.stream()
                                .anyMatch(row ->
                                        !row.copied()
                                                && !row.credential().equals(wanted.credential()));
        return another ? new Removal.Of(wanted.credential()) : new Removal.Last();
    }

    private static String credential(Removal removal) throws PeopleException {
        return switch (removal) {
            case Removal.Of(String credential) -> credential;
            case Removal.Unknown _ -> throw unknown();
            case Removal.Last _ ->
                    throw new PeopleException(
                            Reason.INVALID,
                            "it is the last thing that proves who you are: add another passkey first");
        };
    }

    /// Ends all sessions of a person, the one that asks too. Takes away only, so it asks for no proof.
    public void signOutEverywhere(Person person) throws PeopleException {
        store.record(person.name(), "sign out everywhere", "person.sign-out");
        store.transaction(handle -> {
            Sessions.endAllOf(handle, person.name());
            return Boolean.TRUE;
        });
    }
}
