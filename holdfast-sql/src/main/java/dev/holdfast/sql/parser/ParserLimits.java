package dev.holdfast.sql.parser;

import java.time.Duration;

/// The bounds within which a text is parsed. What exceeds them is refused, never cut.
///
/// @param threads parsers that work at the same time; each costs 1.3 MiB, and up to 128 MiB while it
///     parses a hostile text
/// @param queueLength texts that may wait for a parser
/// @param textBytesMax bytes of one text
/// @param outputBytesMax bytes of JSON that the syntax tree of one text may take
/// @param parseTimeMax time for one text, without its waiting time
public record ParserLimits(
        int threads, int queueLength, int textBytesMax, int outputBytesMax, Duration parseTimeMax) {

    public ParserLimits {
        require("threads", threads, 1, 64);
        require("queueLength", queueLength, 1, 1 << 16);
        require("textBytesMax", textBytesMax, 1, 16 << 20);
        require("outputBytesMax", outputBytesMax, 1 << 10, 256 << 20);
        if (parseTimeMax.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "parseTimeMax: " + parseTimeMax + " (expected: >= 1 ms)");
        }
    }

    /// What suits a gateway: one parser per processor and at most four, 1 MiB of text, 16 MiB of
    /// tree, one second.
    public static ParserLimits defaults() {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
        return new ParserLimits(threads, 1024, 1 << 20, 16 << 20, Duration.ofSeconds(1));
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }
}
