/// `holdfast demo`: a sample database, a gateway before it, and an agent that tries to do harm.
@NullMarked
package dev.holdfast.server.demo;

import org.jspecify.annotations.NullMarked;
