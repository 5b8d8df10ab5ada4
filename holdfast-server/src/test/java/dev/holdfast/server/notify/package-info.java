@NullMarked
package dev.holdfast.server.notify;

import org.jspecify.annotations.NullMarked;
