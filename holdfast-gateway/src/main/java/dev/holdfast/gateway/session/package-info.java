/// A client's life after it has logged in.
@NullMarked
package dev.holdfast.gateway.session;

import org.jspecify.annotations.NullMarked;
