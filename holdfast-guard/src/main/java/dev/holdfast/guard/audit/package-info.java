/// The record of every statement and every decision.
@NullMarked
package dev.holdfast.guard.audit;

import org.jspecify.annotations.NullMarked;
