package dev.holdfast.server.init;

import java.time.Duration;

/// How much of a database is looked at.
///
/// @param rowsMax rows of one relation, 1 to 10000
/// @param time how long a look at one relation may take, 100 ms to 10 minutes
public record SampleSettings(int rowsMax, Duration time) {
    public static final SampleSettings DEFAULTS = new SampleSettings(200, Duration.ofSeconds(5));

    public SampleSettings {
        if (rowsMax < 1 || rowsMax > 10_000) {
            throw new IllegalArgumentException("rows: " + rowsMax + " (expected: 1 to 10000)");
        }
        if (time.toMillis() < 100 || time.toMinutes() > 10) {
            throw new IllegalArgumentException("time: " + time + " (expected: 100 ms to 10 min)");
        }
    }
}
