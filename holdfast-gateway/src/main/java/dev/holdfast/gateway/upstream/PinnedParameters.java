package dev.holdfast.gateway.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The settings with which every connection is opened whatever the client asks for, and the look at
/// what PostgreSQL reports in return.
///
/// They are sent as start-up parameters, so that they are what RESET ALL and DISCARD ALL lead back
/// to. `client_encoding` and `standard_conforming_strings` decide how text is read; if PostgreSQL read
/// a statement otherwise than the analysis did, the analysis would be worth nothing.
final class PinnedParameters {
    /// PostgreSQL 14 is the oldest version that is still maintained, and the first that reports
    /// `default_transaction_read_only`.
    private static final int SERVER_VERSION_MIN = 14;

    private static final Pattern MAJOR_VERSION = Pattern.compile("(\\d{1,4})\\D?.*");

    private static final Map<String, String> PINNED =
            Map.of(
                    "client_encoding", "UTF8",
                    "standard_conforming_strings", "on",
                    "default_transaction_read_only", "on",
                    "row_security", "on",
                    // Triggers that note changed rows do so for agents only (see Holdfast's
                    // shadows).
                    "holdfast.lane", "on",
                    // A session that has ended runs nothing on, also where nobody cancels it.
                    "client_connection_check_interval", "100");

    /// Pinned settings that PostgreSQL reports, and what it must say.
    private static final Map<String, String> REPORTED =
            Map.of(
                    "client_encoding", "UTF8",
                    "standard_conforming_strings", "on",
                    "default_transaction_read_only", "on",
                    "is_superuser", "off");

    private PinnedParameters() {}

    /// Everything to open a connection with.
    static Map<String, String> startup(UpstreamRequest request) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("user", request.credential().role());
        all.put("database", request.database().database());
        request.parameters()
                .forEach((name, value) -> {
                    if (!isPinned(name)) {
                        all.put(name, value);
                    }
                });
        all.putAll(PINNED);
        return all;
    }

    /// What is wrong with what PostgreSQL reported; null if nothing is.
    static @Nullable String problem(UpstreamRequest request, Map<String, String> reported) {
        for (Map.Entry<String, String> expected : REPORTED.entrySet()) {
            String value = reported.get(expected.getKey());
            if (!expected.getValue().equals(value)) {
                return "%s: %s (expected: %s)"
                        .formatted(expected.getKey(), value, expected.getValue());
            }
        }
        String role = request.credential().role();
        if (!role.equals(reported.get("session_authorization"))) {
            return "session_authorization: %s (expected: %s)"
                    .formatted(reported.get("session_authorization"), role);
        }
        String version = reported.getOrDefault("server_version", "");
        Matcher major = MAJOR_VERSION.matcher(version);
        if (!major.matches() || Integer.parseInt(major.group(1)) < SERVER_VERSION_MIN) {
            return "server_version: %s (expected: >= %d)".formatted(version, SERVER_VERSION_MIN);
        }
        return null;
    }

    /// Whether a client has no say in it; names are compared without regard to case.
    static boolean isPinned(String name) {
        return PINNED.keySet().stream().anyMatch(name::equalsIgnoreCase)
                || name.equalsIgnoreCase("user")
                || name.equalsIgnoreCase("database");
    }
}
