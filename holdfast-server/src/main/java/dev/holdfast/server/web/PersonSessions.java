package dev.holdfast.server.web;

import org.jspecify.annotations.Nullable;

/// The sessions of people.
@FunctionalInterface
public interface PersonSessions {
    /// Whose session it is; null where there is none, or where it has ended.
    @Nullable Caller find(String token, Caller.By by);
}
