package dev.holdfast.server.web;

import dev.holdfast.server.people.Person;

/// A person who is signed in.
///
/// @param token the session's own secret; never shown or logged
/// @param csrf what a form or a script of this session sends along to change something
/// @param by how the session's secret came
public record Caller(Person person, String token, String csrf, By by) {
    /// How a session's secret comes.
    public enum By {
        /// The browser sends it unasked, so what changes something needs the CSRF token too.
        COOKIE,
        /// `Authorization: Bearer`, which no page of another origin can send.
        BEARER
    }

    @Override
    public String toString() {
        return "Caller[" + person.name() + ", " + by + "]";
    }
}
