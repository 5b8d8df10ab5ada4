package dev.holdfast.server.people;

import org.jspecify.annotations.Nullable;

/// What an account begins its sign-ins with. It never suffices: a code always goes with it.
public sealed interface FirstFactor {
    /// A password of the person's own.
    record Password(String password) implements FirstFactor {
        @Override
        public String toString() {
            return "Password[hidden]";
        }
    }

    /// An identity provider's word, in place of a password: there is none then.
    record Provider(ProviderIdentity identity) implements FirstFactor {}

    /// The identity; null where it is a password.
    default @Nullable ProviderIdentity identity() {
        return this instanceof Provider provider ? provider.identity : null;
    }
}
