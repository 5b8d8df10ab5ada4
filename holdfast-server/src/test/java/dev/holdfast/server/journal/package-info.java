@NullMarked
package dev.holdfast.server.journal;

import org.jspecify.annotations.NullMarked;
