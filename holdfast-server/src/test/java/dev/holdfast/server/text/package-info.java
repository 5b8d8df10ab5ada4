@NullMarked
package dev.holdfast.server.text;

import org.jspecify.annotations.NullMarked;
