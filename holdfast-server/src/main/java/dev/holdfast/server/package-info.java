/// The control plane and the holdfast program.
@NullMarked
package dev.holdfast.server;

import org.jspecify.annotations.NullMarked;
