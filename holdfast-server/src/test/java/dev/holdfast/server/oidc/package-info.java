@NullMarked
package dev.holdfast.server.oidc;

import org.jspecify.annotations.NullMarked;
