package dev.holdfast.server.cli;

/// How the program ends, for scripts.
enum ExitCode {
    OK(0),
    /// What was asked for could not be done; the message says why.
    FAILURE(1),
    /// The command line is not understood.
    USAGE(2),
    /// Nobody is signed in to the gateway, or who is may not do it (EX_NOPERM of sysexits.h).
    PERMISSION(77),
    /// The configuration cannot be used (EX_CONFIG of sysexits.h).
    CONFIGURATION(78);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
