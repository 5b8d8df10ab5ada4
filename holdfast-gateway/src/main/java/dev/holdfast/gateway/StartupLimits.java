package dev.holdfast.gateway;

/// What clients may cost, above all before they have logged in.
///
/// @param startupMillis time from the accepted connection to the proven password, milliseconds,
///     100 to 600,000
/// @param failuresPerAddress failed logins from one address within [#failureWindowMillis] after
///     which that address is refused, 1 to 1,000,000
/// @param failureWindowMillis the window in which failures are counted, milliseconds, 1,000 to
///     86,400,000
/// @param startingMax connections that have not yet logged in, 1 to 100,000
/// @param connectionsMax connections of this listener, logged in or not, 1 to 1,000,000
public record StartupLimits(
        int startupMillis,
        int failuresPerAddress,
        int failureWindowMillis,
        int startingMax,
        int connectionsMax) {
    public StartupLimits {
        Checks.range("startupMillis", startupMillis, 100, 600_000);
        Checks.range("failuresPerAddress", failuresPerAddress, 1, 1_000_000);
        Checks.range("failureWindowMillis", failureWindowMillis, 1_000, 86_400_000);
        Checks.range("startingMax", startingMax, 1, 100_000);
        Checks.range("connectionsMax", connectionsMax, 1, 1_000_000);
    }

    /// Ten seconds to log in; ten failures a minute; 200 logging in at once; 2,000 in all.
    public static StartupLimits defaults() {
        return new StartupLimits(10_000, 10, 60_000, 200, 2_000);
    }
}
