/// What may happen, to whom, on whose word.
@NullMarked
package dev.holdfast.guard;

import org.jspecify.annotations.NullMarked;
