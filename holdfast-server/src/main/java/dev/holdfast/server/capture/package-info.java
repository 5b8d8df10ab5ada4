/// Before- and after-images of what a transaction changed, collected before it commits, and the proof that
/// they are all there.
@NullMarked
package dev.holdfast.server.capture;

import org.jspecify.annotations.NullMarked;
