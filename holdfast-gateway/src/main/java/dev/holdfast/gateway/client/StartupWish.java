package dev.holdfast.gateway.client;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.StartupOptions;
import dev.holdfast.pgwire.StartupPacket.Parameter;
import dev.holdfast.pgwire.StartupPacket.StartupMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

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
        List<Parameter> asked = new ArrayList<>();
        try {
            // PostgreSQL applies options first, then the parameters: the later one wins.
            String options = message.value("options");
            if (options != null) {
                asked.addAll(StartupOptions.parse(options));
            }
        } catch (ProtocolViolation e) {
            return new Refused(ClientRefusals.options(e), Counter.REJECTED_PARAMETERS);
        }
        asked.addAll(message.parameters().stream().filter(StartupWish::isSetting).toList());
        Map<String, String> settings = new TreeMap<>();
        for (Parameter parameter : asked) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            String value = plain(name, parameter.value());
            // Also one that a later one would override: nobody means well with it.
            String because = judge.objection(name, value);
            if (because != null) {
                return new Refused(
                        ClientRefusals.setting(name, because), Counter.REJECTED_PARAMETERS);
            }
            settings.put(name, value);
        }
        return new Servable(user, database, settings);
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
