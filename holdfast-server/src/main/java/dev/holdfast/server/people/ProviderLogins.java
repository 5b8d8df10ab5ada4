package dev.holdfast.server.people;

import dev.holdfast.server.people.PeopleException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What an identity provider's word is worth here: it stands in the place of a password, for whoever was
/// invited under exactly this name and is bound to exactly this issuer and subject. It makes no accounts and
/// gives no roles, though its groups may take some away ([ProviderRoles]), and a code follows it as it follows a
/// password.
public final class ProviderLogins {
    /// How long a sign-in that came back is remembered: longer than any takes.
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private static final String ACTION = "sign in by provider";
    private static final String RULE = "person.sign-in";
    private static final String NOBODY =
            "the provider says who you are, but nobody here is bound to that: ask an owner for an invite under"
                    + " the name that the provider knows you by";

    private static final String NO_GROUP =
            "the provider says who you are, but no group of yours there may come in here with the roles of your"
                    + " invite: ask who runs it, or an owner";

    private final PeopleStore store;
    private final Proofs proofs;
    private final Logins logins;
    private final ProviderRoles providerRoles;
    private final InstantSource clock;

    ProviderLogins(
            PeopleStore store,
            Proofs proofs,
            Logins logins,
            ProviderRoles providerRoles,
            InstantSource clock) {
        this.store = store;
        this.proofs = proofs;
        this.logins = logins;
        this.providerRoles = providerRoles;
        this.clock = clock;
    }

    /// A sign-in came back from the provider: uses it up, and takes one of the address's attempts, which
    /// whoever turns out to be somebody gets back.
    ///
    /// @param state what the sign-in is known by, a random text
    /// @param address where the request comes from
    /// @throws PeopleException if it came back before, or too many of this address failed
    public void returned(String state, String address) throws PeopleException {
        Instant now = clock.instant();
        String hash = Encoding.hash(state);
        Returned returned =
                store.transaction(handle -> {
                    Instant until = logins.taken(handle, Logins.byAddress(address), "", now);
                    return new Returned(until, until == null && use(handle, hash, now));
                });
        if (returned.lockedUntil != null) {
            throw logins.locked(returned.lockedUntil, "");
        }
        if (!returned.first) {
            throw refused("", "this sign-in was used before: begin again");
        }
    }

    /// @param lockedUntil null where the attempt may be looked at
    private record Returned(@Nullable Instant lockedUntil, boolean first) {}

    private static boolean use(Handle handle, String hash, Instant now) {
        handle.createUpdate("DELETE FROM used_sign_in WHERE forgotten_epoch_millis <= :now")
                .bind("now", now.toEpochMilli())
                .execute();
        return handle.createUpdate(
                                "INSERT INTO used_sign_in (state_hash, forgotten_epoch_millis)"
                                        + " VALUES (:hash, :forgotten)"
                                        + " ON CONFLICT (state_hash) DO NOTHING")
                        .bind("hash", hash)
                        .bind("forgotten", now.plus(REMEMBERED).toEpochMilli())
                        .execute()
                == 1;
    }

    /// Puts a sign-in on record that the provider, or a check of what it said, refused.
    public void failed() {
        store.recordRefused("", ACTION, RULE);
    }

    /// Whose identity it is. Nobody is signed in by that: [#authenticate].
    ///
    /// @throws PeopleException if it is nobody's who may come in
    public Person recognise(ProviderIdentity identity, String address) throws PeopleException {
        AccountRow account =
                store.transaction(
                                handle -> {
                                    AccountRow found = account(handle, identity);
                                    if (found != null) {
                                        Attempts.giveBack(handle, Logins.byAddress(address));
                                    }
                                    return new Known(found);
                                })
                        .account;
        if (account == null) {
            throw refused(shown(identity), NOBODY);
        }
        if (providerRoles.concern(account)) {
            return inGroups(account, identity);
        }
        return account.person();
    }

    /// Notes what the groups let somebody do, which holds for their sessions that there are, too. A role more is
    /// on record before it counts; a role less counts at once.
    private Person inGroups(AccountRow account, ProviderIdentity identity) throws PeopleException {
        String name = account.person().name();
        Instant now = clock.instant();
        ProviderRoles.Told before =
                store.transaction(handle -> {
                    ProviderRoles.Told told = ProviderRoles.told(handle, name);
                    ProviderRoles.tell(
                            handle,
                            name,
                            ProviderRoles.both(told.roles(), identity.roles()),
                            told.at());
                    return told;
                });
        if (!before.roles().equals(identity.roles())) {
            store.record(
                    name,
                    "roles by the provider's groups: "
                            + (identity.roles().isEmpty()
                                    ? "none"
                                    : AccountRow.text(identity.roles())),
                    "person.roles");
        }
        Person person =
                store.transaction(
                                handle -> {
                                    ProviderRoles.tell(handle, name, identity.roles(), now);
                                    return new InForce(providerRoles.inForce(handle, account, now));
                                })
                        .person;
        if (person == null) {
            throw refused(name, NO_GROUP);
        }
        return person;
    }

    private record InForce(@Nullable Person person) {}

    private record Known(@Nullable AccountRow account) {}

    /// The account of an identity; null where it may not come in. The name is looked at too: the record names
    /// people by it, so it must go on being the provider's name for them.
    private static @Nullable AccountRow account(Handle handle, ProviderIdentity identity) {
        AccountRow account = AccountRow.ofSubject(handle, identity.issuer(), identity.subject());
        return account == null
                        || account.disabled()
                        || !account.person().name().equals(identity.name())
                ? null
                : account;
    }

    /// Whether somebody may enrol with an identity in place of a password.
    ///
    /// @param invite the invite's token
    /// @throws PeopleException if the invite is not valid, is somebody else's, or the identity is
    public void mayEnrol(String invite, ProviderIdentity identity, String address)
            throws PeopleException {
        Instant now = clock.instant();
        boolean may =
                store.transaction(handle -> {
                    Invites.Row found = Invites.find(handle, invite, now);
                    if (found == null || !mayBe(handle, found.person().name(), identity)) {
                        return false;
                    }
                    Attempts.giveBack(handle, Logins.byAddress(address));
                    return true;
                });
        if (!may) {
            throw refused(
                    shown(identity),
                    "this invite is not for whom the provider says you are: ask for one under the name that"
                            + " the provider knows you by");
        }
    }

    /// Whether a person of this name may be bound to an identity.
    static boolean mayBe(Handle handle, String name, ProviderIdentity identity) {
        AccountRow bound = AccountRow.ofSubject(handle, identity.issuer(), identity.subject());
        return identity.name().equals(name)
                && (bound == null || bound.person().name().equals(name));
    }

    /// Signs in with an identity and a code.
    ///
    /// @param address where the request comes from
    public ConsoleSession authenticate(ProviderIdentity identity, String code, String address)
            throws PeopleException {
        Instant now = clock.instant();
        String byAddress = Logins.byAddress(address);
        Begun begun =
                store.transaction(handle -> {
                    Instant until = logins.taken(handle, byAddress, "", now);
                    return new Begun(until, until == null ? account(handle, identity) : null);
                });
        if (begun.lockedUntil != null) {
            throw logins.locked(begun.lockedUntil, "");
        }
        AccountRow account = begun.account;
        if (account == null) {
            throw refused(shown(identity), NOBODY);
        }
        String name = account.person().name();
        try {
            proofs.totp(account.person(), Proofs.digestOf(ACTION), code);
        } catch (ProofException e) {
            throw People.ofProof(e);
        }
        store.record(name, ACTION, RULE);
        return logins.begin(account, byAddress, "name:" + name);
    }

    /// @param lockedUntil null where the attempt may be looked at
    private record Begun(@Nullable Instant lockedUntil, @Nullable AccountRow account) {}

    /// What the record of an enrolment has of an identity: who says it, and a hash of whom they mean.
    static String fingerprint(ProviderIdentity identity) {
        return "%s sha256:%s"
                .formatted(
                        identity.issuer(),
                        HexFormat.of()
                                .formatHex(
                                        Encoding.sha256(
                                                identity.subject()
                                                        .getBytes(StandardCharsets.UTF_8))));
    }

    /// What the provider says is put on record only where it could be a name of somebody here.
    private static String shown(ProviderIdentity identity) {
        return Person.mayBeNamed(identity.name()) ? identity.name() : "";
    }

    private PeopleException refused(String name, String message) {
        store.recordRefused(name, ACTION, RULE);
        return new PeopleException(Reason.REFUSED, message);
    }
}
