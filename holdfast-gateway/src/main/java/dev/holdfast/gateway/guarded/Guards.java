package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.RowLedger;
import java.time.InstantSource;

/// What stands between a write and its COMMIT.
///
/// @param keeper keeps what is changed
/// @param ledger counts what was changed within an hour and for a task
/// @param audit the record
public record Guards(ChangeKeeper keeper, RowLedger ledger, AuditLog audit, InstantSource clock) {}
