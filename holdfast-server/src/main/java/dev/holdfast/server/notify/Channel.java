package dev.holdfast.server.notify;

import java.io.IOException;

/// One way to people.
interface Channel {
    /// Under what name its messages are kept: the same after a restart. No secret.
    String name();

    /// Whether it tells of this.
    boolean tells(HeldNotice notice);

    /// The message, to be kept until it is delivered.
    String message(HeldNotice notice);

    /// Delivers a message, or fails within about ten seconds.
    ///
    /// @param id the same at each attempt, so that whoever gets it twice knows
    /// @throws IOException if it was not taken; the message names no secret
    void deliver(String id, String message) throws IOException, InterruptedException;
}
