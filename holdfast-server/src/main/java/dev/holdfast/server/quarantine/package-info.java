/// What an approved statement destroys is kept here, and put back by one command.
@NullMarked
package dev.holdfast.server.quarantine;

import org.jspecify.annotations.NullMarked;
