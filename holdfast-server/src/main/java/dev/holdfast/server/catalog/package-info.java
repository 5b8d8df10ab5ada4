/// Reads the catalogs of the databases, and keeps what was read up to date.
@NullMarked
package dev.holdfast.server.catalog;

import org.jspecify.annotations.NullMarked;
