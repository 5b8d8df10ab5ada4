package dev.holdfast.server.oidc;

/// A sign-in by the provider did not come about. The message can be shown to whoever tries: it holds nothing
/// that the provider or the browser sent.
public final class ProviderException extends Exception {
    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// The provider does not answer as one that works; another way in has to be taken.
        UNAVAILABLE,
        /// What came back is not what was asked for.
        REFUSED
    }

    private final Reason reason;

    private ProviderException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static ProviderException unavailable() {
        return new ProviderException(
                Reason.UNAVAILABLE,
                "the provider cannot be used at this moment: sign in with a passkey, or with a password and a"
                        + " code, or try again in a minute; Holdfast's log says why");
    }

    static ProviderException refused(String message) {
        return new ProviderException(Reason.REFUSED, message);
    }

    public Reason reason() {
        return reason;
    }
}
