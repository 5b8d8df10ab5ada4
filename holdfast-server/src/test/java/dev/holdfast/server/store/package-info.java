@NullMarked
package dev.holdfast.server.store;

import org.jspecify.annotations.NullMarked;
