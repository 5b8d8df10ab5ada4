package dev.holdfast.gateway.session;

import dev.holdfast.sql.analysis.Analysis;
import java.util.concurrent.CompletionStage;

/// Finds out what a query string would do, elsewhere than on the event loop.
@FunctionalInterface
public interface Analyst {

    /// Analyses a text. Returns at once; the stage completes on any thread, within the time limit of
    /// the parser. A stage that fails counts as a text that could not be judged.
    CompletionStage<Analysis> analyse(byte[] utf8);
}
