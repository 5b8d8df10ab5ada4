/// Tests of capturing: against real PostgreSQL, compared with full copies of the tables.
@NullMarked
package dev.holdfast.server.capture;

import org.jspecify.annotations.NullMarked;
