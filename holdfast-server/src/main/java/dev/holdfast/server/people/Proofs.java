package dev.holdfast.server.people;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.people.ProofException.Reason;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import dev.holdfast.server.text.JsonText;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Proof that a person agrees to one thing, which a digest stands for. A session never suffices: whoever has
/// only a cookie, a shell on this machine, an agent's password or the store's file can make none.
///
/// - A passkey signs the digest itself as the challenge, with its user verified. The signature is kept as
///   evidence; each is accepted once.
/// - A code (TOTP) is accepted once; after five wrong ones it takes 15 minutes to a day until the next is
///   looked at. Passkeys go on working meanwhile: nobody guesses a signature.
public final class Proofs {
    private static final Logger LOGGER = LoggerFactory.getLogger(Proofs.class);
    private static final int DIGEST_BYTES = 32;
    private static final String WRONG_PASSKEY =
            "the passkey's answer is not right for this: use a passkey that you enrolled here";

    private final ControlStore store;
    private final Passkeys passkeys;
    private final Supplier<Site> site;
    private final SealedSecrets secrets;
    private final AuditLog audit;
    private final InstantSource clock;

    Proofs(
            ControlStore store,
            Supplier<Site> site,
            Passkeys passkeys,
            SealedSecrets secrets,
            AuditLog audit,
            InstantSource clock) {
        this.store = store;
        this.site = site;
        this.passkeys = passkeys;
        this.secrets = secrets;
        this.audit = audit;
        this.clock = clock;
    }

    /// What a person gave to prove something.
    public sealed interface Given {
        /// What `navigator.credentials.get` answered to [#passkeyOptions], by `toJSON()`.
        record Passkey(String assertionJson) implements Given {}

        /// A code of six digits.
        record Code(String code) implements Given {
            @Override
            public String toString() {
                return "Code";
            }
        }
    }

    /// The digest of an action that is described in words, such as `invite ada REVIEWER`: what a proof for it
    /// must be made for. No approval has such a digest.
    public static String digestOf(String action) {
        return HexFormat.of()
                .formatHex(
                        Encoding.sha256(
                                ("holdfast action\n" + action).getBytes(StandardCharsets.UTF_8)));
    }

    /// What `navigator.credentials.get` must be called with: JSON, its bytes in base64url, as
    /// `PublicKeyCredential.parseRequestOptionsFromJSON` reads it.
    ///
    /// @param digestHex SHA-256 of what is agreed to, 64 hexadecimal digits
    public String passkeyOptions(Person person, String digestHex) throws ProofException {
        byte[] digest = digest(digestHex);
        List<String> credentials =
                reading(handle -> {
                    AccountRow account = AccountRow.find(handle, person.name());
                    return account == null || account.disabled()
                            ? List.<String>of()
                            : PasskeyRows.usable(handle, person.name());
                });
        if (credentials.isEmpty()) {
            throw new ProofException(
                    Reason.NOT_ENROLLED,
                    "no passkey of yours is enrolled: give a code, or ask an owner for an invite");
        }
        return passkeys.requestOptions(digest, credentials);
    }

    /// Proves by whatever was given.
    public Proof check(Person person, String digestHex, Given given) throws ProofException {
        return switch (given) {
            case Given.Passkey passkey -> passkey(person, digestHex, passkey.assertionJson());
            case Given.Code code -> totp(person, digestHex, code.code());
        };
    }

    /// Asks for a proof of an action that is described in words, where people are dealt with.
    void require(Person person, String action, Given given) throws PeopleException {
        try {
            check(person, digestOf(action), given);
        } catch (ProofException e) {
            throw People.ofProof(e);
        }
    }

    /// Proves by a passkey.
    ///
    /// @param digestHex as in [#passkeyOptions]
    /// @param assertionJson what `navigator.credentials.get` gave, by `toJSON()`; at most 16 KiB
    public Proof passkey(Person person, String digestHex, String assertionJson)
            throws ProofException {
        byte[] digest = digest(digestHex);
        Assertion assertion = Assertion.read(assertionJson);
        if (assertion == null) {
            throw refused(person.name(), Reason.WRONG, WRONG_PASSKEY);
        }
        Checked checked =
                reading(handle -> {
                    AccountRow account = AccountRow.find(handle, person.name());
                    return account == null || account.disabled()
                            ? new Checked.No(Reason.NOT_ENROLLED)
                            : check(handle, account, assertion, digest);
                });
        return switch (checked) {
            case Checked.No no -> throw refused(person.name(), no.reason, passkeyMessage(no));
            case Checked.Yes yes ->
                    new Proof(
                            Proof.Kind.PASSKEY,
                            person.name(),
                            assertion.credential(),
                            yes.evidence,
                            yes.at.toEpochMilli());
        };
    }

    private static String passkeyMessage(Checked.No no) {
        return no.reason == Reason.USED
                ? "this answer of the passkey was used before: use the passkey again"
                : WRONG_PASSKEY;
    }

    /// What came of looking at an assertion.
    sealed interface Checked {
        record Yes(AccountRow account, String evidence, Instant at) implements Checked {}

        record No(Reason reason) implements Checked {}
    }

    /// Looks at an assertion and uses it up, in a transaction.
    Checked check(Handle handle, AccountRow account, Assertion assertion, byte[] challenge) {
        Instant now = clock.instant();
        Passkey passkey = PasskeyRows.find(handle, assertion.credential());
        Passkeys.Key key = passkey == null ? null : passkeys.key(passkey);
        byte[] userHandle = Encoding.bytes(account.handle());
        if (passkey == null
                || key == null
                || userHandle == null
                || !passkey.person().equals(account.person().name())) {
            return new Checked.No(Reason.WRONG);
        }
        try {
            long count = passkeys.signed(passkey, userHandle, assertion, challenge);
            String identity = PasskeyEvidence.identity(assertion, key);
            if (identity == null) {
                return new Checked.No(Reason.WRONG);
            }
            if (!PasskeyRows.use(handle, identity, now.toEpochMilli())
                    || !PasskeyRows.count(
                            handle, passkey.credential(), count, now.toEpochMilli())) {
                return new Checked.No(Reason.USED);
            }
        } catch (Passkeys.WrongException e) {
            return new Checked.No(
                    e.copied() ? copied(handle, passkey, assertion, key) : Reason.WRONG);
        }
        return new Checked.Yes(account, PasskeyEvidence.of(site.get(), assertion, key), now);
    }

    /// A signature that counts backwards is right but for that: an old one that is shown again, or made by a
    /// copy of the passkey.
    private Reason copied(Handle handle, Passkey passkey, Assertion assertion, Passkeys.Key key) {
        String identity = PasskeyEvidence.identity(assertion, key);
        if (identity != null && isUsed(handle, identity)) {
            return Reason.USED;
        }
        PasskeyRows.markCopied(handle, passkey.credential());
        LOGGER.error(
                "people: a passkey of {} has signed less often than is known: there are two of it. It is"
                        + " not accepted any more; ask {} and send an invite for a new one.",
                passkey.person(),
                passkey.person());
        if (!audit.record(
                ActionEntry.of(
                        clock,
                        passkey.person(),
                        "",
                        "use a passkey that counts backwards",
                        "person.passkey-copied",
                        ActionEntry.Outcome.REFUSED))) {
            LOGGER.error("people: the record cannot be written");
        }
        return Reason.WRONG;
    }

    private static boolean isUsed(Handle handle, String identity) {
        return handle.createQuery(
                        "SELECT used_epoch_millis FROM used_assertion WHERE assertion_hash = :identity")
                .bind("identity", identity)
                .mapTo(Long.class)
                .findOne()
                .isPresent();
    }

    /// Proves by a code.
    ///
    /// @param digestHex as in [#passkeyOptions]; only the record binds the code to it
    /// @param code six digits
    public Proof totp(Person person, String digestHex, String code) throws ProofException {
        digest(digestHex);
        Instant now = clock.instant();
        CodeChecked checked =
                reading(handle -> {
                    AccountRow account = AccountRow.find(handle, person.name());
                    if (account == null || account.disabled() || account.totpSecret().isEmpty()) {
                        return new CodeChecked(Reason.NOT_ENROLLED, null, false);
                    }
                    return codeChecked(handle, account, code, now);
                });
        if (checked.lockedNow) {
            locked(person.name(), "codes");
        }
        Reason reason = checked.reason;
        if (reason != null) {
            throw refused(person.name(), reason, codeMessage(reason, checked.lockedUntil));
        }
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("type", "totp");
        evidence.put("digest", digestHex);
        return new Proof(
                Proof.Kind.TOTP,
                person.name(),
                "totp",
                JsonText.indented(evidence),
                now.toEpochMilli());
    }

    /// @param reason null where the code was right
    /// @param lockedNow whether this was the failure too many
    private record CodeChecked(
            @Nullable Reason reason, @Nullable Instant lockedUntil, boolean lockedNow) {}

    private CodeChecked codeChecked(Handle handle, AccountRow account, String code, Instant now) {
        String subject = "code:" + account.person().name();
        Attempts.Taken taken = Attempts.OF_PERSON.take(handle, subject, now);
        if (taken.lockedUntil() != null) {
            return new CodeChecked(Reason.LOCKED, taken.lockedUntil(), false);
        }
        Reason reason = useCode(handle, account, code, now);
        if (reason == null) {
            Attempts.forget(handle, subject);
        }
        return new CodeChecked(reason, null, reason != null && taken.last());
    }

    /// Looks at a code and uses it up, in a transaction; null where it was right.
    @Nullable Reason useCode(Handle handle, AccountRow account, String code, Instant now) {
        String name = account.person().name();
        try {
            long step = Totp.stepOf(secrets.open(name, account.totpSecret()), code, now);
            if (step < 0) {
                return Reason.WRONG;
            }
            return AccountRow.useStep(handle, name, step) ? null : Reason.USED;
        } catch (GeneralSecurityException _) {
            LOGGER.error(
                    "people: the secret of {}'s codes cannot be opened with this gateway's key: put the key"
                            + " file back, or send an invite",
                    name);
            return Reason.UNAVAILABLE;
        }
    }

    private static String codeMessage(Reason reason, @Nullable Instant lockedUntil) {
        return switch (reason) {
            case WRONG -> "the code is not right: type the one that your app shows now";
            case USED -> "this code was used before: wait for the next one, at most 30 seconds";
            case LOCKED ->
                    "too many codes were wrong: the next is looked at after %s; a passkey works at any time"
                            .formatted(lockedUntil);
            case NOT_ENROLLED ->
                    "no app for codes of yours is enrolled: use a passkey, or ask an owner for an invite";
            case UNAVAILABLE -> "codes cannot be checked at this moment; Holdfast's log says why";
        };
    }

    /// Whether a proof shows, by itself, that its passkey has signed the digest with the user verified. Needs
    /// nothing but the proof, so anyone can check it at any time; says nothing of codes (false). That the
    /// passkey is the person's, the record of their enrolment says: compare [#fingerprint].
    public static boolean verifies(Proof proof, String digestHex) {
        return proof.kind() == Proof.Kind.PASSKEY
                && isDigest(digestHex)
                && PasskeyEvidence.verifies(
                        proof.credential(), proof.evidence(), HexFormat.of().parseHex(digestHex));
    }

    /// SHA-256 of the public key of a passkey's proof, `sha256:` and hexadecimal digits, as it stands in the
    /// record of its enrolment; empty where there is none.
    public static String fingerprint(Proof proof) {
        return PasskeyEvidence.fingerprint(proof.evidence());
    }

    private static byte[] digest(String digestHex) {
        if (!isDigest(digestHex)) {
            throw new IllegalArgumentException("digest: (expected: 64 hexadecimal digits)");
        }
        return HexFormat.of().parseHex(digestHex);
    }

    private static boolean isDigest(String digestHex) {
        return digestHex.length() == 2 * DIGEST_BYTES
                && digestHex.chars().allMatch(HexFormat::isHexDigit);
    }

    private <T> T reading(ControlStore.Work<T> work) throws ProofException {
        try {
            return store.transaction(work);
        } catch (StoreException e) {
            LOGGER.error("people: nothing can be proven: {}", e.getMessage());
            throw new ProofException(
                    Reason.UNAVAILABLE,
                    "nothing can be proven at this moment; Holdfast's log says why");
        }
    }

    private void locked(String person, String what) {
        LOGGER.warn("people: too many wrong {} of {}: the next is looked at later", what, person);
        if (!audit.record(
                ActionEntry.of(
                        clock,
                        person,
                        "",
                        "guess " + what,
                        "person.locked",
                        ActionEntry.Outcome.REFUSED))) {
            LOGGER.error("people: the record cannot be written");
        }
    }

    private ProofException refused(String person, Reason reason, String message) {
        if (!audit.record(
                ActionEntry.of(
                        clock, person, "", "prove", "person.prove", ActionEntry.Outcome.REFUSED))) {
            LOGGER.error("people: the record cannot be written");
        }
        return new ProofException(reason, message);
    }
}
