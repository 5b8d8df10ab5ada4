/// SQL text to what it would do.
@NullMarked
package dev.holdfast.sql;

import org.jspecify.annotations.NullMarked;
