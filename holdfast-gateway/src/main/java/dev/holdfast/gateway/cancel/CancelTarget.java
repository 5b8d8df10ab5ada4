package dev.holdfast.gateway.cancel;

import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// What a key cancels.
@FunctionalInterface
public interface CancelTarget {

    /// Asks for what runs now to be cancelled. May be called on any thread.
    ///
    /// @return completes when the request has arrived, or cannot
    Future<@Nullable Void> cancel();
}
