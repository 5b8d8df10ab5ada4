package dev.holdfast.server.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.oidc.ProviderException.Reason;
import dev.holdfast.server.people.ProviderIdentity;
import dev.holdfast.server.people.SealedSecrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/// A browser that signs in by a provider that does as it is told.
final class HostileSignIn implements AutoCloseable {
    static final URI CALLBACK = URI.create("http://localhost:6490" + SignIns.CALLBACK);

    /// Much for whoever answers at all.
    static final Duration PATIENT = Duration.ofSeconds(20);

    final HostileProvider provider = new HostileProvider();

    /// By how much the gateway's clock is ahead.
    Duration later = Duration.ZERO;

    SignIns signIns;
    private final Path directory;

    HostileSignIn(Path directory, @Nullable GroupRoles groups) throws IOException {
        this.directory = directory;
        this.signIns = signIns(NameClaim.EMAIL, groups, PATIENT);
    }

    /// From here on people are named by another claim, or answers must come sooner.
    void use(NameClaim claim, Duration answerTime) throws IOException {
        signIns = signIns(claim, null, answerTime);
    }

    private SignIns signIns(NameClaim claim, @Nullable GroupRoles groups, Duration answerTime)
            throws IOException {
        SecureRandom random = new SecureRandom();
        return new SignIns(
                new OidcSettings(
                        "Example",
                        provider.issuer(),
                        HostileProvider.CLIENT,
                        HostileProvider.SECRET,
                        List.of("openid", "email"),
                        claim,
                        groups,
                        () -> CALLBACK),
                SealedSecrets.in(directory.resolve("people.key"), random),
                () -> Instant.now().plus(later),
                random,
                answerTime);
    }

    static Map<String, String> query(URI uri) {
        return HostileProvider.fields(uri.getRawQuery());
    }

    /// Sent to the provider, and come back.
    SignIns.Pending comeBack() throws ProviderException {
        SignIns.Begun begun = signIns.begin("");
        return signIns.takeBack(back(begun), begun.cookie());
    }

    /// How the provider sends back whom it was sent.
    SignIns.Returned back(SignIns.Begun begun) {
        Map<String, String> request = query(begun.away());
        return new SignIns.Returned(
                request.getOrDefault("state", ""),
                provider.authorize(request),
                provider.issuer(),
                "");
    }

    ProviderIdentity identity() throws ProviderException {
        return signIns.redeem(comeBack()).identity();
    }

    /// Comes back, and is refused then.
    void refused(Reason reason) throws ProviderException {
        SignIns.Pending pending = comeBack();
        refused(reason, () -> signIns.redeem(pending));
    }

    static void refused(Reason reason, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    @Override
    public void close() {
        provider.close();
    }
}
