package dev.holdfast.gateway;

/// Which connections are kept when a session has ended. Every figure is per event loop.
///
/// @param idlePerProfileMax idle connections kept for one combination of database, role and
///     start-up parameters, 0 to 1,000; 0 keeps none
/// @param profilesMax combinations remembered, 1 to 10,000; the longest unused is forgotten first
/// @param idleMillisMax age at which an idle connection is closed, milliseconds, 1,000 to
///     86,400,000
/// @param resetMillisMax time for PostgreSQL to reset a used connection, milliseconds, 10 to
///     60,000; after that it is closed
public record PoolSettings(
        int idlePerProfileMax, int profilesMax, int idleMillisMax, int resetMillisMax) {
    public PoolSettings {
        Checks.range("idlePerProfileMax", idlePerProfileMax, 0, 1_000);
        Checks.range("profilesMax", profilesMax, 1, 10_000);
        Checks.range("idleMillisMax", idleMillisMax, 1_000, 86_400_000);
        Checks.range("resetMillisMax", resetMillisMax, 10, 60_000);
    }

    /// Eight idle connections for each of 64 combinations, for at most five minutes.
    public static PoolSettings defaults() {
        return new PoolSettings(8, 64, 300_000, 2_000);
    }
}
