package dev.holdfast.server.people;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How people get in, and how long they stay.
///
/// @param site where the console is; asked each time, since it may be known only once it listens
/// @param sessionIdle after how long without a request a session ends
/// @param sessionMax after how long it ends at the latest
/// @param inviteValid how long an invite can be used
/// @param groupsValid how long an identity provider's word about groups counts; null where they are not looked
///     at
public record PeopleSettings(
        Supplier<Site> site,
        Duration sessionIdle,
        Duration sessionMax,
        Duration inviteValid,
        @Nullable Duration groupsValid) {

    /// With times that keep a forgotten browser from being anybody's for long.
    public static PeopleSettings at(Supplier<Site> site) {
        return new PeopleSettings(
                site, Duration.ofMinutes(30), Duration.ofHours(12), Duration.ofHours(24), null);
    }

    /// The same, where the provider's groups decide who has which roles.
    public PeopleSettings withGroups(Duration valid) {
        return new PeopleSettings(site, sessionIdle, sessionMax, inviteValid, valid);
    }
}
