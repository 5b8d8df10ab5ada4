/// What a person is told about policies: why a statement is decided as it is, what in a policy cannot be
/// meant, whether it does what its owner expects, and which one would do for what an agent did.
@NullMarked
package dev.holdfast.server.explain;

import org.jspecify.annotations.NullMarked;
