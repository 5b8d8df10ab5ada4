package dev.holdfast.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/// A clock that stands still until a test moves it, in either direction. Safe between threads.
public final class FakeClock implements InstantSource {
    private final AtomicReference<Instant> now;

    public FakeClock(Instant start) {
        now = new AtomicReference<>(start);
    }

    /// Stands at 2026-01-01T00:00:00Z.
    public FakeClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /// Moves the clock; a negative duration is a clock that jumps back.
    public void advance(Duration duration) {
        now.updateAndGet(at -> at.plus(duration));
    }

    public void set(Instant instant) {
        now.set(instant);
    }
}
