/// Puts the parts together: from a configuration to a running gateway.
@NullMarked
package dev.holdfast.server.composition;

import org.jspecify.annotations.NullMarked;
