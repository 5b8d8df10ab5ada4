@NullMarked
package dev.holdfast.server.quarantine;

import org.jspecify.annotations.NullMarked;
