/// What a transaction changed, measured, kept and counted before it commits: the ports of the guarded
/// lane.
@NullMarked
package dev.holdfast.guard.change;

import org.jspecify.annotations.NullMarked;
