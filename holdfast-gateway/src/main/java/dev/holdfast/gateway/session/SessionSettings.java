package dev.holdfast.gateway.session;

import dev.holdfast.pgwire.BackendLimits;
import dev.holdfast.pgwire.FrontendLimits;

/// The bounds of a session.
///
/// @param frontendLimits how long a client's messages may be
/// @param backendLimits how long PostgreSQL's messages may be
/// @param verdictCacheBytesMax memory for remembered verdicts per event loop and database, bytes, 0 to 4 GiB
/// @param cachedTextBytesMax longer texts are judged anew each time, bytes, 0 to 1 MiB
/// @param namesMax prepared statements, and portals, per session, 1 to 1,000,000
/// @param namesBytesMax memory for the prepared statements of a session, bytes, 64 KiB to 1 GiB
/// @param loopNamesBytesMax memory for the prepared statements of all sessions of an event loop, of which
///     each agent may hold as much as is still free; bytes, 64 KiB to 64 GiB
/// @param pipelineDepthMax requests without an answer per session, 2,048 to 65,536; fewer could leave
///     PostgreSQL's answers in its own output buffer for good
/// @param statementMillisMax how long a statement may run, and an open transaction may wait for its
///     client, milliseconds; 0 means without end
public record SessionSettings(
        FrontendLimits frontendLimits,
        BackendLimits backendLimits,
        long verdictCacheBytesMax,
        int cachedTextBytesMax,
        int namesMax,
        long namesBytesMax,
        long loopNamesBytesMax,
        int pipelineDepthMax,
        long statementMillisMax) {

    public static final long VERDICT_CACHE_BYTES_DEFAULT = 32L << 20;
    public static final int CACHED_TEXT_BYTES_DEFAULT = 16 << 10;
    public static final int NAMES_DEFAULT = 4_096;
    public static final long NAMES_BYTES_DEFAULT = 16L << 20;
    public static final long LOOP_NAMES_BYTES_DEFAULT = 256L << 20;
    public static final int PIPELINE_DEPTH_DEFAULT = 4_096;
    public static final long STATEMENT_MILLIS_DEFAULT = 300_000;

    public SessionSettings {
        range("verdictCacheBytesMax", verdictCacheBytesMax, 0, 4L << 30);
        range("cachedTextBytesMax", cachedTextBytesMax, 0, 1 << 20);
        range("namesMax", namesMax, 1, 1_000_000);
        range("namesBytesMax", namesBytesMax, 64 << 10, 1L << 30);
        range("loopNamesBytesMax", loopNamesBytesMax, 64 << 10, 64L << 30);
        range("pipelineDepthMax", pipelineDepthMax, 2_048, 65_536);
        range("statementMillisMax", statementMillisMax, 0, Integer.MAX_VALUE);
    }

    /// Every bound at its default.
    public static SessionSettings defaults() {
        return new SessionSettings(
                FrontendLimits.defaults(),
                BackendLimits.defaults(),
                VERDICT_CACHE_BYTES_DEFAULT,
                CACHED_TEXT_BYTES_DEFAULT,
                NAMES_DEFAULT,
                NAMES_BYTES_DEFAULT,
                LOOP_NAMES_BYTES_DEFAULT,
                PIPELINE_DEPTH_DEFAULT,
                STATEMENT_MILLIS_DEFAULT);
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + min + ".." + max + ")");
        }
    }
}
