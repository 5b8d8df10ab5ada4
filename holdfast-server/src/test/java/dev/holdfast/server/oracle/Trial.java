package dev.holdfast.server.oracle;

import java.util.Arrays;
import java.util.List;

/// Statements that run one after the other in one transaction, which is then rolled back. What they are
/// predicted to do together is compared with what they did together.
///
/// @param family what made it: the generator's or the file's name
/// @param steps at least one
/// @param tautology whether its conditions were made so that they hold for every row
record Trial(String family, List<Step> steps, boolean tautology) {

    /// @param sql one statement
    /// @param input what `COPY … FROM STDIN` is given; empty for all others
    record Step(String sql, String input) {}

    Trial {
        steps = List.copyOf(steps);
    }

    static Trial of(String family, String... statements) {
        return new Trial(
                family, Arrays.stream(statements).map(sql -> new Step(sql, "")).toList(), false);
    }

    static Trial tautology(String family, String statement) {
        return new Trial(family, List.of(new Step(statement, "")), true);
    }

    /// The statements as one text, for people.
    String text() {
        return String.join(" ;; ", steps.stream().map(Step::sql).toList());
    }
}
