package dev.holdfast.server.people;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.AttestedCredentialDataConverter;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationData;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticationRequest;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.RegistrationRequest;
import com.webauthn4j.data.attestation.AttestationObject;
import com.webauthn4j.data.attestation.authenticator.AttestedCredentialData;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.NoneAttestationStatement;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.verifier.exception.MaliciousCounterValueException;
import dev.holdfast.server.text.JsonText;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Passkeys by WebAuthn Level 3: what a browser is asked, and whether what it answers is right. The user is
/// verified (finger, face, PIN) each time; where the passkey came from is not asked (no attestation), since a
/// person shows who they are with their invite.
final class Passkeys {
    /// In the order in which they are wished for; the last is what some TPMs have.
    private static final List<COSEAlgorithmIdentifier> ALGORITHMS =
            List.of(
                    COSEAlgorithmIdentifier.ES256,
                    COSEAlgorithmIdentifier.EdDSA,
                    COSEAlgorithmIdentifier.RS256);

    private static final int TIMEOUT_MILLIS = 300_000;
    private static final int CREDENTIAL_BYTES_MAX = 1_023;

    private final Supplier<Site> site;
    private final ObjectConverter converter = new ObjectConverter();
    private final WebAuthnManager manager =
            WebAuthnManager.createNonStrictWebAuthnManager(converter);
    private final AttestedCredentialDataConverter attestedData =
            new AttestedCredentialDataConverter(converter);

    /// @param site asked each time: where the console is may be known only once it listens
    Passkeys(Supplier<Site> site) {
        this.site = site;
    }

    /// It is none, or not for this.
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean copied;

        WrongException(boolean copied) {
            super(copied ? "the passkey counts backwards" : "not this passkey, or not for this");
            this.copied = copied;
        }

        /// Whether all is right but that it has signed less often than is known: there are two of it.
        boolean copied() {
            return copied;
        }
    }

    /// For `navigator.credentials.create`.
    ///
    /// @param known passkeys of the person: an authenticator that has one makes no second
    String creationOptions(String person, byte[] handle, byte[] challenge, List<String> known) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("rp", Map.of("id", site.get().host(), "name", "Holdfast"));
        options.put(
                "user",
                Map.of("id", Encoding.base64(handle), "name", person, "displayName", person));
        options.put("challenge", Encoding.base64(challenge));
        options.put(
                "pubKeyCredParams",
                ALGORITHMS.stream()
                        .map(each -> Map.of("type", "public-key", "alg", each.getValue()))
                        .toList());
        options.put("timeout", TIMEOUT_MILLIS);
        options.put("attestation", "none");
        options.put("excludeCredentials", descriptors(known));
        options.put(
                "authenticatorSelection",
                Map.of(
                        "residentKey",
                        "required",
                        "requireResidentKey",
                        true,
                        "userVerification",
                        "required"));
        return JsonText.indented(options);
    }

    /// For `navigator.credentials.get`.
    ///
    /// @param credentials which may answer; none for any that the person has here
    String requestOptions(byte[] challenge, List<String> credentials) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("challenge", Encoding.base64(challenge));
        options.put("rpId", site.get().host());
        options.put("allowCredentials", descriptors(credentials));
        options.put("timeout", TIMEOUT_MILLIS);
        options.put("userVerification", "required");
        return JsonText.indented(options);
    }

    private static List<Map<String, String>> descriptors(List<String> credentials) {
        return credentials.stream().map(each -> Map.of("type", "public-key", "id", each)).toList();
    }

    /// A new passkey.
    ///
    /// @param json what `navigator.credentials.create` gave, by `toJSON()`
    Passkey registered(String person, String json, byte[] challenge) throws WrongException {
        Map<String, Object> response = Assertion.response(json);
        byte[] attestation =
                response == null ? null : Assertion.bytes(response, "attestationObject");
        byte[] clientData = response == null ? null : Assertion.bytes(response, "clientDataJSON");
        if (attestation == null || clientData == null) {
            throw new WrongException(false);
        }
        try {
            RegistrationData data =
                    manager.verify(
                            new RegistrationRequest(attestation, clientData),
                            new RegistrationParameters(
                                    server(challenge),
                                    ALGORITHMS.stream()
                                            .map(each ->
                                                    new PublicKeyCredentialParameters(
                                                            PublicKeyCredentialType.PUBLIC_KEY,
                                                            each))
                                            .toList(),
                                    true,
                                    true));
            AttestationObject made = data.getAttestationObject();
            var authenticator = made == null ? null : made.getAuthenticatorData();
            AttestedCredentialData attested =
                    authenticator == null ? null : authenticator.getAttestedCredentialData();
            if (authenticator == null
                    || attested == null
                    || attested.getCredentialId().length > CREDENTIAL_BYTES_MAX) {
                throw new WrongException(false);
            }
            return new Passkey(
                    Encoding.base64(attested.getCredentialId()),
                    person,
                    Encoding.base64(attestedData.convert(attested)),
                    authenticator.getSignCount(),
                    authenticator.isFlagBE(),
                    false);
        } catch (RuntimeException _) {
            // A stranger's bytes went through three parsers: whatever they throw, nothing is
            // enrolled.
            throw new WrongException(false);
        }
    }

    /// Checks that a passkey has signed a challenge, here, with its user verified.
    ///
    /// @param handle what the passkey's person is known by to authenticators
    /// @return how often it has signed now
    long signed(Passkey passkey, byte[] handle, Assertion assertion, byte[] challenge)
            throws WrongException {
        byte[] said = assertion.userHandle();
        if (passkey.copied() || (said != null && !Arrays.equals(said, handle))) {
            throw new WrongException(false);
        }
        try {
            AttestedCredentialData attested = attested(passkey);
            AuthenticationData data =
                    manager.verify(
                            new AuthenticationRequest(
                                    attested.getCredentialId(),
                                    assertion.authenticatorData(),
                                    assertion.clientData(),
                                    assertion.signature()),
                            new AuthenticationParameters(
                                    server(challenge),
                                    record(passkey, attested),
                                    List.of(attested.getCredentialId()),
                                    true,
                                    true));
            var authenticator = data.getAuthenticatorData();
            if (authenticator == null) {
                throw new WrongException(false);
            }
            return authenticator.getSignCount();
        } catch (MaliciousCounterValueException _) {
            throw new WrongException(true);
        } catch (RuntimeException _) {
            // A stranger's bytes went through three parsers: whatever they throw, nothing is
            // proven.
            throw new WrongException(false);
        }
    }

    private static CredentialRecordImpl record(Passkey passkey, AttestedCredentialData attested) {
        return new CredentialRecordImpl(
                new NoneAttestationStatement(),
                true,
                passkey.backupEligible(),
                null,
                passkey.signCount(),
                attested,
                null,
                null,
                null,
                Set.of());
    }

    private AttestedCredentialData attested(Passkey passkey) throws WrongException {
        byte[] bytes = Encoding.bytes(passkey.attested());
        if (bytes == null) {
            throw new WrongException(false);
        }
        return attestedData.convert(bytes);
    }

    /// The public key and its algorithm's number (COSE); null where it cannot be read.
    @Nullable Key key(Passkey passkey) {
        try {
            var cose = attested(passkey).getCOSEKey();
            PublicKey key = cose.getPublicKey();
            COSEAlgorithmIdentifier algorithm = cose.getAlgorithm();
            return key == null || algorithm == null ? null : new Key(key, algorithm.getValue());
        } catch (WrongException | RuntimeException _) {
            return null;
        }
    }

    /// @param algorithm its number in COSE
    record Key(PublicKey key, long algorithm) {}

    private ServerProperty server(byte[] challenge) {
        return ServerProperty.builder()
                .origin(new Origin(site.get().origin()))
                .rpId(site.get().host())
                .challenge(new DefaultChallenge(challenge))
                .build();
    }
}
