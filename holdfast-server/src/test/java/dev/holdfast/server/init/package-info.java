@NullMarked
package dev.holdfast.server.init;

import org.jspecify.annotations.NullMarked;
