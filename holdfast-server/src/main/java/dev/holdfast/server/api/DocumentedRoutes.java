package dev.holdfast.server.api;

import dev.holdfast.server.web.Routes;

/// Routes that the OpenAPI document tells of. A test compares the two, both ways.
public interface DocumentedRoutes extends Routes {
    /// The name of this part's file in `dev/holdfast/server/api/openapi/`, without `.json`: an object with
    /// `paths` and `schemas`.
    String document();
}
