/// Programs of the build; nothing here ships. Compiled with the tests, so that the project's rules hold
/// and its tests reach them; run by Maven from the source.
@NullMarked
package dev.holdfast.sql.build;

import org.jspecify.annotations.NullMarked;
