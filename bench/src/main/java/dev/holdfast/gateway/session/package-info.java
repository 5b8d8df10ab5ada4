/// What judging a statement costs; in the package of what is measured.
@NullMarked
package dev.holdfast.gateway.session;

import org.jspecify.annotations.NullMarked;
