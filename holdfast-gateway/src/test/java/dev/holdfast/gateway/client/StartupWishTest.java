package dev.holdfast.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.pgwire.StartupPacket;
import dev.holdfast.pgwire.StartupPacket.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupWishTest {
    private static final Set<String> HARMLESS = Set.of("datestyle", "geqo", "client_encoding");

    @Test
    void takesTheDatabaseForTheUsersWhereNoneIsNamed() {
        assertThat(wish("user", "reader"))
                .isEqualTo(new StartupWish.Servable("reader", "reader", Map.of()));
    }

    @Test
    void refusesAPacketWithoutAUser() {
        assertThat(wish("database", "shop"))
                .isInstanceOfSatisfying(
                        StartupWish.Refused.class,
                        refused -> assertThat(refused.why().rule()).isEqualTo("login.no-user"));
    }

    @Test
    void letsTheLaterSettingWinAsPostgresqlDoes() {
        assertThat(
                        wish(
                                "user", "reader",
                                "DateStyle", "German",
                                "options", "-c datestyle=SQL --geqo=off",
                                "dateSTYLE", "ISO"))
                .isEqualTo(
                        new StartupWish.Servable(
                                "reader", "reader", Map.of("datestyle", "ISO", "geqo", "off")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF8", "utf-8", "'utf-8'", "Utf_8"})
    void knowsTheSpellingsOfUtf8(String spelling) {
        assertThat(wish("user", "reader", "client_encoding", spelling))
                .isInstanceOf(StartupWish.Servable.class);
    }

    @Test
    void judgesAlsoWhatALaterSettingWouldOverride() {
        assertRefused(
                "client_encoding",
                wish(
                        "user",
                        "reader",
                        "options",
                        "-c client_encoding=SJIS",
                        "client_encoding",
                        "UTF8"));
    }

    @Test
    void namesTheSettingThatItRefuses() {
        assertRefused("role", wish("user", "reader", "role", "postgres"));
        assertRefused("role", wish("user", "reader", "options", "-crole=postgres"));
    }

    @Test
    void takesNamesThatAreAlmostSpecialForSettings() {
        // PostgreSQL too: "Replication" is an unknown setting there, not a wish to replicate.
        assertRefused("replication", wish("user", "reader", "Replication", "database"));
        assertRefused("options", wish("user", "reader", "OPTIONS", "-c role=postgres"));
    }

    private static void assertRefused(String setting, StartupWish wish) {
        assertThat(wish)
                .isInstanceOfSatisfying(
                        StartupWish.Refused.class,
                        refused -> {
                            assertThat(refused.counter()).isEqualTo(Counter.REJECTED_PARAMETERS);
                            assertThat(refused.why().message()).contains('"' + setting + '"');
                        });
    }

    private static StartupWish wish(String... parameters) {
        List<Parameter> all = new ArrayList<>();
        for (int i = 0; i < parameters.length; i += 2) {
            all.add(new Parameter(parameters[i], parameters[i + 1]));
        }
        return StartupWish.of(StartupPacket.startup(0, all), StartupWishTest::objection);
    }

    private static @Nullable String objection(String name, String value) {
        boolean utf8 = !name.equals("client_encoding") || value.equalsIgnoreCase("utf8");
        return HARMLESS.contains(name) && utf8 ? null : "it is not harmless";
    }
}
