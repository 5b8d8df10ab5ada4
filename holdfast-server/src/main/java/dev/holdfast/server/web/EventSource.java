package dev.holdfast.server.web;

/// Where the events of a stream come from.
@FunctionalInterface
public interface EventSource {
    /// Begins to tell.
    ///
    /// @param caller who listens
    /// @param sink takes each event, from any thread, without waiting
    /// @return ends the telling
    AutoCloseable listen(Caller caller, EventSink sink);
}
