/// The real clients: every driver and program that Holdfast claims to serve, each through the whole
/// program against a real PostgreSQL.
@NullMarked
package dev.holdfast.server.clients;

import org.jspecify.annotations.NullMarked;
