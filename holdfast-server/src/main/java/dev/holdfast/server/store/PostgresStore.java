package dev.holdfast.server.store;

import java.util.Map;
import java.util.function.Supplier;

/// Where the control store of several gateways is.
///
/// @param host a name or an address, without brackets
/// @param port 1 to 65,535
/// @param database a database of its own
/// @param role owns the tables
/// @param password asked for at each connect
/// @param tls pgjdbc's properties of TLS
public record PostgresStore(
        String host,
        int port,
        String database,
        String role,
        Supplier<String> password,
        Map<String, String> tls) {
    public PostgresStore {
        tls = Map.copyOf(tls);
    }
}
