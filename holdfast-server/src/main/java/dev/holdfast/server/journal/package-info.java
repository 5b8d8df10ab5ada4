/// The undo journal: what a transaction changed, written down before it commits, one file for each.
@NullMarked
package dev.holdfast.server.journal;

import org.jspecify.annotations.NullMarked;
