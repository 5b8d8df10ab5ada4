/// Keys that clients cancel with, and what they stand for.
@NullMarked
package dev.holdfast.gateway.cancel;

import org.jspecify.annotations.NullMarked;
