/// The control store: what Holdfast itself must remember across restarts.
@NullMarked
package dev.holdfast.server.store;

import org.jspecify.annotations.NullMarked;
