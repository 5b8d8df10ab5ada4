/// The guarded lane: a write runs inside a transaction that is measured, kept and written down before
/// it commits. Everything here waits for PostgreSQL and for disks, on virtual threads.
@NullMarked
package dev.holdfast.gateway.guarded;

import org.jspecify.annotations.NullMarked;
