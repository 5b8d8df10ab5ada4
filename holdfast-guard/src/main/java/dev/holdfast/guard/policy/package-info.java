/// Policies: what may happen, to whom.
@NullMarked
package dev.holdfast.guard.policy;

import org.jspecify.annotations.NullMarked;
