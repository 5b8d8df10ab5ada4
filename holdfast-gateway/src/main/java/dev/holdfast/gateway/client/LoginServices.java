package dev.holdfast.gateway.client;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewaySettings;
import dev.holdfast.gateway.cancel.CancelKeys;
import dev.holdfast.gateway.scram.MockVerifiers;
import dev.holdfast.gateway.session.SessionFactory;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.gateway.upstream.Upstreams;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What every login needs, whichever listener it came through.
///
/// @param agents who may log in
/// @param databases where to, by name
/// @param mocks what those are measured by who do not exist
public record LoginServices(
        AgentDirectory agents,
        Map<String, DatabaseSettings> databases,
        MockVerifiers mocks,
        SettingJudge settingJudge,
        Upstreams upstreams,
        SessionFactory sessions,
        SessionRegistry registry,
        CancelKeys cancelKeys,
        GatewayMetrics metrics,
        SecureRandom random) {

    public static LoginServices of(
            GatewaySettings settings,
            AgentDirectory agents,
            SettingJudge settingJudge,
            Upstreams upstreams,
            SessionFactory sessions,
            SessionRegistry registry,
            GatewayMetrics metrics) {
        SecureRandom random = new SecureRandom();
        return new LoginServices(
                agents,
                settings.databases().stream()
                        .collect(Collectors.toMap(DatabaseSettings::name, Function.identity())),
                new MockVerifiers(
                        settings.mockSecret(),
                        settings.agents().stream().map(AgentSettings::verifier).toList()),
                settingJudge,
                upstreams,
                sessions,
                registry,
                new CancelKeys(random, metrics),
                metrics,
                random);
    }
}
