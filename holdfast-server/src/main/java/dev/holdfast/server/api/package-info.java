/// The interface for programs: what people may see and do, as JSON, and the OpenAPI document that says so.
@NullMarked
package dev.holdfast.server.api;

import org.jspecify.annotations.NullMarked;
