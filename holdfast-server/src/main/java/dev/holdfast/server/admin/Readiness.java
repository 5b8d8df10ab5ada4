package dev.holdfast.server.admin;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/// What must hold for the gateway to be of use. Each condition answers at once, from what was found
/// out elsewhere.
public final class Readiness {
    private record Condition(String name, BooleanSupplier holds) {}

    private final List<Condition> conditions = new CopyOnWriteArrayList<>();

    /// Adds a condition.
    ///
    /// @param name as `/readyz` shows it
    public void require(String name, BooleanSupplier holds) {
        conditions.add(new Condition(name, holds));
    }

    /// One line for each condition.
    Answer answer() {
        StringBuilder text = new StringBuilder();
        boolean ready = true;
        for (Condition condition : conditions) {
            boolean holds = condition.holds().getAsBoolean();
            ready &= holds;
            text.append(holds ? "ok    " : "FAIL  ").append(condition.name()).append('\n');
        }
        return new Answer(ready, text.toString());
    }

    record Answer(boolean ready, String text) {}
}
