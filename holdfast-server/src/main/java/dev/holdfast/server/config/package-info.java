/// `holdfast.yaml`: declared once ([Declarations]), read strictly, never half understood.
@NullMarked
package dev.holdfast.server.config;

import org.jspecify.annotations.NullMarked;
