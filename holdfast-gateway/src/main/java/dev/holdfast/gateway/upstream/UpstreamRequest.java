package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.UpstreamCredential;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Which connection is wanted.
///
/// @param database where to
/// @param credential as whom
/// @param parameters the client's start-up parameters as filtered. Those that are pinned are left out,
///     and the rest is sorted, so that the same wishes in another form are the same profile
public record UpstreamRequest(
        DatabaseSettings database, UpstreamCredential credential, Map<String, String> parameters) {
    public UpstreamRequest {
        Map<String, String> free = new TreeMap<>(parameters);
        free.keySet().removeIf(PinnedParameters::isPinned);
        parameters = Collections.unmodifiableMap(free);
    }
}
