package dev.holdfast.gateway;

/// What moves the bytes.
///
/// @param kind which of the operating system's interfaces is used
/// @param eventLoops how many threads serve all clients, 1 to 64
public record TransportSettings(Kind kind, int eventLoops) {

    /// Which of the operating system's interfaces is used.
    public enum Kind {
        /// The first that works of EPOLL, IO_URING and NIO.
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    public TransportSettings {
        Checks.range("eventLoops", eventLoops, 1, 64);
    }

    /// The first interface that works, and as many loops as are of use: half of the cores, at most four.
    ///
    /// One loop serves tens of thousands of statements a second, and what is ready at the same time it
    /// takes with one system call; two loops on two cores need a fifth more for each statement, and take
    /// the cores from PostgreSQL where both share a machine.
    public static TransportSettings defaults() {
        return new TransportSettings(
                Kind.AUTO, Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4));
    }
}
