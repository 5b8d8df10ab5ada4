/// Connections to PostgreSQL: opening, checking, keeping warm, giving back.
@NullMarked
package dev.holdfast.gateway.upstream;

import org.jspecify.annotations.NullMarked;
