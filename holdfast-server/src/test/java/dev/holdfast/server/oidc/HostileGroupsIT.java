package dev.holdfast.server.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every shape in which a provider could name groups. What is not a plain list of texts gives nobody a role.
class HostileGroupsIT {
    private static final GroupRoles GROUPS =
            new GroupRoles(
                    "groups",
                    Map.of(
                            "staff",
                            Set.of(Role.VIEWER),
                            "night shift",
                            Set.of(Role.REVIEWER, Role.VIEWER),
                            "Straße",
                            Set.of(Role.OPERATOR)));

    @TempDir private Path directory;
    private HostileSignIn browser;
    private HostileProvider provider;

    @BeforeEach
    void start() throws IOException {
        browser = new HostileSignIn(directory, GROUPS);
        provider = browser.provider;
    }

    @AfterEach
    void stop() {
        browser.close();
    }

    private Set<Role> signIn() throws ProviderException {
        return browser.identity().roles();
    }

    private void groups(@Nullable Object value) {
        provider.claims = builder -> builder.claim("groups", value);
    }

    @Test
    void groupsGiveTheirRolesAndOthersNone() throws ProviderException {
        groups(List.of("staff", "night shift", "strangers", "staff"));
        assertThat(signIn()).containsExactlyInAnyOrder(Role.VIEWER, Role.REVIEWER);
        groups(List.of("Straße"));
        assertThat(signIn()).containsExactly(Role.OPERATOR);
        groups(List.of());
        assertThat(signIn()).isEmpty();
    }

    private static Stream<Arguments> hostile() {
        List<Object> thousands = new ArrayList<>(Collections.nCopies(5_000, "stranger"));
        thousands.add("staff");
        return Stream.of(
                Arguments.of("a text", "staff"),
                Arguments.of("texts in a text", "[\"staff\"]"),
                Arguments.of("texts by commas", "staff,night shift"),
                Arguments.of("a number", 7),
                Arguments.of("true", true),
                Arguments.of("an object", Map.of("staff", true)),
                Arguments.of("a list in a list", List.of(List.of("staff"))),
                Arguments.of("an object in a list", List.of("staff", Map.of("name", "staff"))),
                Arguments.of("a number in a list", List.of("staff", 1)),
                Arguments.of("null in a list", Arrays.asList("staff", null)),
                Arguments.of("thousands", thousands),
                Arguments.of("a name of a megabyte", List.of("staff", "x".repeat(20_000))),
                Arguments.of("other case", List.of("Staff", "STAFF", "Night Shift")),
                Arguments.of("spaces", List.of(" staff", "staff ", "night\u00a0shift")),
                // Cyrillic letters, full width, a letter of no width, what capitals make of ß.
                Arguments.of(
                        "look-alikes",
                        List.of("ѕtaff", "ｓｔａｆｆ", "sta\u200bff", "STRASSE", "Strasse", "straße")),
                Arguments.of("another claim's name", List.of("groups", "*", "", "\u0000staff")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void whatIsNoListOfTheirNamesGivesNobodyARole(String name, Object value)
            throws ProviderException {
        groups(value);
        assertThat(signIn()).as(name).isEmpty();
    }

    @Test
    void whereTheTokenHasNoGroupsTheUserInfoIsAskedAndNothingElse() throws ProviderException {
        provider.claims =
                builder ->
                        builder.claim("Groups", List.of("staff"))
                                .claim("roles", List.of("staff"))
                                .claim("_claim_names", Map.of("groups", "src1"));
        provider.userInfo = Map.of("sub", "subject-1");
        assertThat(signIn()).isEmpty();
        provider.userInfo = Map.of("sub", "subject-1", "groups", List.of("staff"));
        assertThat(signIn()).containsExactly(Role.VIEWER);
        provider.userInfo = Map.of("sub", "subject-2", "groups", List.of("staff"));
        assertThatThrownBy(this::signIn).isInstanceOf(ProviderException.class);
        // What is signed is not overruled by what is not.
        provider.userInfo = Map.of("sub", "subject-1", "groups", List.of("night shift"));
        groups(List.of("staff"));
        assertThat(signIn()).containsExactly(Role.VIEWER);
        groups("staff");
        assertThat(signIn()).isEmpty();
    }
}
