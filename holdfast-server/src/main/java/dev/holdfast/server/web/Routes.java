package dev.holdfast.server.web;

/// Some of what the console's port serves.
@FunctionalInterface
public interface Routes {
    /// Says which paths there are, and who may use each.
    void add(RouteTable table);
}
