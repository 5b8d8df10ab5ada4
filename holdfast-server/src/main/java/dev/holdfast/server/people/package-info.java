/// The people who answer for what agents do: who they are, how they prove it, what each may do.
@NullMarked
package dev.holdfast.server.people;

import org.jspecify.annotations.NullMarked;
