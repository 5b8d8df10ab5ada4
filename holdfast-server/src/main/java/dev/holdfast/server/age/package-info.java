/// Encryption in the age format: what is written so is read with the `age` program too, without Holdfast.
@NullMarked
package dev.holdfast.server.age;

import org.jspecify.annotations.NullMarked;
