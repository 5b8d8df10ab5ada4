/// Tests of what the catalog shows, against real servers.
@NullMarked
package dev.holdfast.server.catalog;

import org.jspecify.annotations.NullMarked;
