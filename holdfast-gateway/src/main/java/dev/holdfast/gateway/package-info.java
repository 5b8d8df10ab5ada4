/// The data plane: sessions, execution, upstream.
@NullMarked
package dev.holdfast.gateway;

import org.jspecify.annotations.NullMarked;
