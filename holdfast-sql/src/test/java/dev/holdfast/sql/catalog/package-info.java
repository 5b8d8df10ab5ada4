/// Tests of how a catalog's stored trees are read.
@NullMarked
package dev.holdfast.sql.catalog;

import org.jspecify.annotations.NullMarked;
