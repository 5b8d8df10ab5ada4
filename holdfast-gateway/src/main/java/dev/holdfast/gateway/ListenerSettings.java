package dev.holdfast.gateway;

/// Where clients are accepted.
///
/// @param host the address to listen on; a name or a literal address
/// @param port TCP port, 0 to 65,535; 0 takes a free one
/// @param tls whether clients may, must or cannot use TLS
/// @param limits what a client may cost before it has logged in
public record ListenerSettings(String host, int port, TlsSettings tls, StartupLimits limits) {
    public ListenerSettings {
        Checks.name("host", host);
        Checks.range("port", port, 0, 65_535);
    }
}
