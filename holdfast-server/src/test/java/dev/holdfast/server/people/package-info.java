@NullMarked
package dev.holdfast.server.people;

import org.jspecify.annotations.NullMarked;
