package dev.holdfast.server.people;

import java.time.Duration;
import java.util.function.Supplier;

/// How people get in, and how long they stay.
///
/// @param site where the console is; asked each time, since it may be known only once it listens
/// @param sessionIdle after how long without a request a session ends
/// @param sessionMax after how long it ends at the latest
/// @param inviteValid how long an invite can be used
public record PeopleSettings(
        Supplier<Site> site, Duration sessionIdle, Duration sessionMax, Duration inviteValid) {

    /// With times that keep a forgotten browser from being anybody's for long.
    public static PeopleSettings at(Supplier<Site> site) {
        return new PeopleSettings(
                site, Duration.ofMinutes(30), Duration.ofHours(12), Duration.ofHours(24));
    }
}
