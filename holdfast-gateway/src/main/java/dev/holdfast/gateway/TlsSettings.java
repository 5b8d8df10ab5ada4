package dev.holdfast.gateway;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Whether clients may, must or cannot use TLS (1.2 or 1.3, no older one).
///
/// @param mode may, must or cannot
/// @param certificateChain PEM file: the gateway's certificate, then those that lead to its root;
///     null only where the mode is off
/// @param privateKey PEM file (PKCS#8, not encrypted); null only where the mode is off
public record TlsSettings(Mode mode, @Nullable Path certificateChain, @Nullable Path privateKey) {

    /// May, must or cannot.
    public enum Mode {
        /// An SSLRequest is answered `N`.
        OFF,
        /// Both are served.
        OPTIONAL,
        /// A start-up packet in clear is refused before anything in it is looked at.
        REQUIRED
    }

    public TlsSettings {
        if (mode != Mode.OFF && (certificateChain == null || privateKey == null)) {
            throw new IllegalArgumentException(
                    "tls: %s without certificate or key (expected: both)".formatted(mode));
        }
    }

    public static TlsSettings off() {
        return new TlsSettings(Mode.OFF, null, null);
    }

    public static TlsSettings required(Path certificateChain, Path privateKey) {
        return new TlsSettings(Mode.REQUIRED, certificateChain, privateKey);
    }

    public static TlsSettings optional(Path certificateChain, Path privateKey) {
        return new TlsSettings(Mode.OPTIONAL, certificateChain, privateKey);
    }
}
