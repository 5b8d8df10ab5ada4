/// Health, readiness and metrics over HTTP.
@NullMarked
package dev.holdfast.server.admin;

import org.jspecify.annotations.NullMarked;
