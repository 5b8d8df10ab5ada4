package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import java.util.function.Predicate;

/// In which tables an agent may change rows, held against what was measured: a second time, and without
/// regard to what the statements were taken for.
///
/// @param granted whether it may in the table with this name, `schema.name`, quoted where SQL needs it;
///     asked for the policy of today
public record GrantedTables(Predicate<String> granted) {

    /// @throws ChangeRefusedException if rows of another table were changed
    void require(Measurement measured) throws ChangeRefusedException {
        for (TableChange change : measured.tables()) {
            if (change.rows() > 0 && !granted.test(change.relation())) {
                throw new ChangeRefusedException(
                        GuardedRefusals.notGranted(change.relation(), measured));
            }
        }
    }
}
