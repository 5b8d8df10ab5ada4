/// Where people are asked, decide, and their word is kept.
@NullMarked
package dev.holdfast.server.approval;

import org.jspecify.annotations.NullMarked;
