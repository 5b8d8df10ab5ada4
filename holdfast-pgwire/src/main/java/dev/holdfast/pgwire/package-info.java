/// Bytes to messages and back; never reads SQL.
@NullMarked
package dev.holdfast.pgwire;

import org.jspecify.annotations.NullMarked;
