package dev.holdfast.server.people;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A passkey, as its person sees it.
///
/// @param id by which it is renamed and removed: 16 hexadecimal digits
/// @param name what its person calls it; empty where it was enrolled with an invite
/// @param made when it was enrolled
/// @param latestUse when it last proved something; null where that is not known
/// @param usable false for one that was seen to have a copy: it proves nothing any more
public record OwnPasskey(
        String id, String name, Instant made, @Nullable Instant latestUse, boolean usable) {}
