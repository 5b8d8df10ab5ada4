/// Words that people and agents write, compared with those that are known.
@NullMarked
package dev.holdfast.sql.text;

import org.jspecify.annotations.NullMarked;
