/// Who may use which database for how long: agents, grants, requests for access, and the ways to take it
/// away again.
@NullMarked
package dev.holdfast.server.access;

import org.jspecify.annotations.NullMarked;
