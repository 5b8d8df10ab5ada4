package dev.holdfast.server.notify;

/// Tells people.
@FunctionalInterface
public interface Notifications {
    /// Nobody is told anything.
    Notifications NONE = _ -> {};

    /// A statement is held, or what was held has changed. Returns when it is kept for telling, which outlives
    /// a restart; throws nothing: what cannot be told must not stop what it is about.
    void held(HeldNotice notice);
}
