package dev.holdfast.gateway.client;

import dev.holdfast.sql.analysis.SessionSettings;
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

    /// The judge that decides about SET, in the form that a start-up packet needs.
    static SettingJudge of(SessionSettings settings) {
        return (name, value) -> {
            SessionSettings.Verdict verdict = settings.judge(name, value);
            return verdict.allowed() ? null : verdict.because();
        };
    }
}
