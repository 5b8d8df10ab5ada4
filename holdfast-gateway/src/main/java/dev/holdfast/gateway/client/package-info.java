/// A client's life until it has logged in.
@NullMarked
package dev.holdfast.gateway.client;

import org.jspecify.annotations.NullMarked;
