package dev.holdfast.server.web;

/// How a refusal looks to a browser.
@FunctionalInterface
public interface ErrorPage {
    /// A whole HTML document. The texts are not escaped yet.
    ///
    /// @param status the HTTP status
    /// @param message what was refused
    /// @param hint what to do next; may be empty
    String html(int status, String message, String hint);
}
