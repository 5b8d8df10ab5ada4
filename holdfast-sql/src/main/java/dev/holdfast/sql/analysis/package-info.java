/// What a piece of SQL would do, found without running it.
@NullMarked
package dev.holdfast.sql.analysis;

import org.jspecify.annotations.NullMarked;
