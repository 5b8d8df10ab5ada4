/// What a database's own catalog says, as values: read elsewhere, asked here.
@NullMarked
package dev.holdfast.sql.catalog;

import org.jspecify.annotations.NullMarked;
