@NullMarked
package dev.holdfast.server.composition;

import org.jspecify.annotations.NullMarked;
