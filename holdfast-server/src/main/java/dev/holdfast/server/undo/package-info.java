/// Undoing what a transaction changed, from the images that the journal has of it.
@NullMarked
package dev.holdfast.server.undo;

import org.jspecify.annotations.NullMarked;
