/// The console's pages: what people see of agents, and where they decide what is held.
@NullMarked
package dev.holdfast.server.console;

import org.jspecify.annotations.NullMarked;
