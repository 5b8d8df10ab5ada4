/// Decisions and refusals: what may happen, and what is said when it may not.
@NullMarked
package dev.holdfast.guard.decision;

import org.jspecify.annotations.NullMarked;
