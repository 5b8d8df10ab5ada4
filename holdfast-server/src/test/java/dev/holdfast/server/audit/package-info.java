@NullMarked
package dev.holdfast.server.audit;

import org.jspecify.annotations.NullMarked;
