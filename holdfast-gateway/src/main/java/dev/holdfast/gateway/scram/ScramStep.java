package dev.holdfast.gateway.scram;

/// What a message of the client leads to.
public sealed interface ScramStep {

    /// The exchange goes on.
    ///
    /// @param message what to send, in ASCII
    record Challenge(String message) implements ScramStep {}

    /// The client knows the password and may log in.
    ///
    /// @param message what to send, in ASCII, so that the client can tell the server from an impostor
    record Proven(String message) implements ScramStep {}

    /// The client does not know the password, or may not log in; which of the two is not said.
    record Unproven() implements ScramStep {}

    /// The client does not speak SCRAM, or somebody stands between.
    ///
    /// @param what what is wrong with the message; holds nothing of it
    record Malformed(String what) implements ScramStep {}
}
