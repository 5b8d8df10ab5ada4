package dev.holdfast.gateway.client;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.StartupOptions;
import dev.holdfast.pgwire.StartupPacket.Parameter;
import dev.holdfast.pgwire.StartupPacket.StartupMessage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a start-up packet asks for, judged.
///
/// A start-up parameter is a SET that nobody sees, and `options` is a second way to write the same,
/// so both go the same way here: every setting must pass the [SettingJudge].
sealed interface StartupWish {

    /// It can be served, if the password is right.
    ///
    /// @param user the agent's name
    /// @param database the database's name in the configuration
    /// @param settings what to open the session with; names in lower case
    record Servable(String user, String database, Map<String, String> settings)
            implements StartupWish {}

    /// It cannot be served, whoever asks.
    ///
    /// @param counter as what it is counted
    record Refused(Refusal why, Counter counter) implements StartupWish {}

    static StartupWish of(StartupMessage message, SettingJudge judge) {
        String user = message.user();
        String database = message.database();
        if (user == null || database == null) {
            return new Refused(ClientRefusals.noUser(), Counter.REJECTED_PROTOCOL);
        }
        if (message.asksForReplication()) {
            return new Refused(ClientRefusals.replication(), Counter.REJECTED_PARAMETERS);
        }
        Map<String, String> settings = new TreeMap<>();
        try {
            // PostgreSQL applies options first, then the parameters: the later one wins.
            String options = message.value("options");
            if (options != null) {
                putAll(settings, StartupOptions.parse(options));
            }
        } catch (ProtocolViolation e) {
            return new Refused(ClientRefusals.options(e), Counter.REJECTED_PARAMETERS);
        }
        putAll(settings, message.parameters().stream().filter(StartupWish::isSetting).toList());
        Refusal objection = objection(settings, judge);
        return objection != null
                ? new Refused(objection, Counter.REJECTED_PARAMETERS)
                : new Servable(user, database, settings);
    }

    private static @Nullable Refusal objection(Map<String, String> settings, SettingJudge judge) {
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            String because = judge.objection(setting.getKey(), setting.getValue());
            if (because != null) {
                return ClientRefusals.setting(setting.getKey(), because);
            }
        }
        return null;
    }

    private static void putAll(Map<String, String> settings, List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            settings.put(name, plain(name, parameter.value()));
        }
    }

    /// PostgreSQL compares names of encodings by their letters and digits only, and drivers use that
    /// freedom: asyncpg sends `'utf-8'`, quotes included.
    private static String plain(String name, String value) {
        return name.equals("client_encoding") ? value.replaceAll("[^A-Za-z0-9]", "") : value;
    }

    /// Only these exact names are not settings: PostgreSQL compares them with regard to case.
    private static boolean isSetting(Parameter parameter) {
        return switch (parameter.name()) {
            case "user", "database", "options", "replication" -> false;
            default -> true;
        };
    }
}
