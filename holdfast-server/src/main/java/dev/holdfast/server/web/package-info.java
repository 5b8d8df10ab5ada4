/// The console's HTTP server: who is calling, what a request may be, and what every answer carries. What is
/// served is said by [Routes] of other packages; this one keeps the door.
@NullMarked
package dev.holdfast.server.web;

import org.jspecify.annotations.NullMarked;
