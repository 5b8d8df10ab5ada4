package dev.holdfast.gateway.client;

import org.jspecify.annotations.Nullable;

/// Says which settings a client may start its session with. The same judge should decide about SET.
@FunctionalInterface
public interface SettingJudge {

    /// Judges one setting.
    ///
    /// @param name the setting's name in lower case
    /// @param value as the client gave it
    /// @return null if it may be set, otherwise why not: one clause that does not repeat the value
    @Nullable String objection(String name, String value);
}
