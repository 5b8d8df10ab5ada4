package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.ApprovedDestruction;
import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.RowLedger;
import java.time.Duration;
import java.time.InstantSource;

/// What stands between a write and its COMMIT.
///
/// @param keeper keeps what is changed
/// @param ledger counts what was changed within an hour and for a task
/// @param audit the record
/// @param approvals where people are asked
/// @param destruction carries out what destroys, once it is approved
/// @param patience how long a session waits for a person
public record Guards(
        ChangeKeeper keeper,
        RowLedger ledger,
        AuditLog audit,
        Approvals approvals,
        ApprovedDestruction destruction,
        Duration patience,
        InstantSource clock) {}
