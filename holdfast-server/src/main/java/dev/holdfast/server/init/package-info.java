/// Looks at a database and proposes a configuration: what an agent may read, and what it must not.
@NullMarked
package dev.holdfast.server.init;

import org.jspecify.annotations.NullMarked;
