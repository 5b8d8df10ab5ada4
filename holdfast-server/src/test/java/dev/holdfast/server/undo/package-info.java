/// Tests of undoing on a real PostgreSQL.
@NullMarked
package dev.holdfast.server.undo;

import org.jspecify.annotations.NullMarked;
