@NullMarked
package dev.holdfast.server.approval;

import org.jspecify.annotations.NullMarked;
