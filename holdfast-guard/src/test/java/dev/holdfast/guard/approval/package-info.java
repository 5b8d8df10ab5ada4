@NullMarked
package dev.holdfast.guard.approval;

import org.jspecify.annotations.NullMarked;
