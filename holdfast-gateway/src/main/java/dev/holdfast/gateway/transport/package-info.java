/// Event loops and listeners: what runs the gateway.
@NullMarked
package dev.holdfast.gateway.transport;

import org.jspecify.annotations.NullMarked;
