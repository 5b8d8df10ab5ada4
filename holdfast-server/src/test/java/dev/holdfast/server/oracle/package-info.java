/// The analysis held against PostgreSQL: what statements were predicted to do, and what they did.
@NullMarked
package dev.holdfast.server.oracle;

import org.jspecify.annotations.NullMarked;
