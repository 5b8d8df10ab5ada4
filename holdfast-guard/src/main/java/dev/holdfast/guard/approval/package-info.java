/// What waits for a person's word: which statement, with which effect, and how far it has come.
@NullMarked
package dev.holdfast.guard.approval;

import org.jspecify.annotations.NullMarked;
