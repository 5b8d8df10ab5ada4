package dev.holdfast.server.web;

/// Answers a request whose caller is already known to be allowed to make it. Runs on a virtual thread of its
/// own and may wait.
@FunctionalInterface
public interface RequestHandler {
    /// Answers through the exchange; no answer is `204 No Content`.
    ///
    /// @throws RequestRefused if the answer is a refusal
    /// @throws Exception if something is broken: the caller learns only that it is, the log why
    void handle(Exchange exchange) throws Exception;
}
