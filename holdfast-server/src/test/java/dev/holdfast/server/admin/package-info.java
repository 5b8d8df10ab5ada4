@NullMarked
package dev.holdfast.server.admin;

import org.jspecify.annotations.NullMarked;
