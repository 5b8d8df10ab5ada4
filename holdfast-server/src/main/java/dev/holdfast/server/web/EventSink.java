package dev.holdfast.server.web;

/// Takes the events of one stream.
@FunctionalInterface
public interface EventSink {
    /// Sends an event; never waits. A listener that does not keep up is disconnected, and asks for the
    /// present state when it is back.
    ///
    /// @param event its name: letters, digits and hyphens
    /// @param data any text
    void send(String event, String data);
}
