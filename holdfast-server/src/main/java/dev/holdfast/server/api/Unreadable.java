package dev.holdfast.server.api;

import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.web.RequestRefused;

/// What is said where a file of the configuration cannot be used any more.
final class Unreadable {
    private Unreadable() {}

    static RequestRefused policies(ConfigurationException e) {
        return new RequestRefused(
                503,
                "policies_unreadable",
                "the policy file cannot be read: " + e.problems().size() + " problems",
                "Run 'holdfast policy check' where the gateway runs.");
    }
}
