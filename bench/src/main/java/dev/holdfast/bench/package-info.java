/// Load for the soak test.
@NullMarked
package dev.holdfast.bench;

import org.jspecify.annotations.NullMarked;
