/// Writes the record: one JSON line for each statement, appended to files.
@NullMarked
package dev.holdfast.server.audit;

import org.jspecify.annotations.NullMarked;
