@NullMarked
package dev.holdfast.server.logging;

import org.jspecify.annotations.NullMarked;
