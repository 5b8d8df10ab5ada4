/// The gateway and PostgreSQL are killed at each step of a write, and the database, the journal and the
/// record are held against what was promised.
@NullMarked
package dev.holdfast.server.fault;

import org.jspecify.annotations.NullMarked;
