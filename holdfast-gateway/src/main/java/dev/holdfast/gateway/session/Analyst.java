package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.Analysis;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Finds out what a query string would do, elsewhere than on the event loop.
@FunctionalInterface
public interface Analyst {

    /// Analyses a text for the database that the principal uses. Returns at once; the stage completes
    /// on any thread, within the time limit of the parser. A stage that fails counts as a text that
    /// could not be judged.
    CompletionStage<Analysis> analyse(Principal principal, byte[] utf8);

    /// What analyses for the principal's database rest on at the moment, compared by identity: what was
    /// found under another object is out of date. Asked for each statement, on event loops: waits for
    /// nothing.
    default Object basis(Principal principal) {
        return Analyst.class;
    }

    /// Why no parameter may have a type, which messages name by its number: what reading its values runs.
    /// One clause; null where it is harmless. Asked on event loops: waits for nothing.
    default @Nullable String typeHazard(Principal principal, long oid) {
        return null;
    }
}
