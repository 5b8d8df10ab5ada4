package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.composition.AccessStage.Running;
import dev.holdfast.testkit.DisposablePostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Access for one task: from the order to the role in PostgreSQL and back, with a real driver.
class GrantIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir private Path directory;

    private static GrantTerms terms(List<String> tables, List<String> operations, long rows)
            throws AccessException {
        return GrantTerms.of(tables, operations, rows);
    }

    @Test
    void aGrantIsExactlyWhatItSaysAndNothingIsLeftOfItOnTheNewest() throws Exception {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            exactlyWhatItSays(new AccessStage(postgres, directory));
        }
    }

    private void exactlyWhatItSays(AccessStage stage) throws Exception {
        try (Running gateway = stage.start("one", "", true)) {
            IssuedGrant issued =
                    AccessStage.grant(
                            gateway, terms(List.of("public.orders"), List.of("delete"), 12));
            String role = issued.grant().role();
            assertThat(
                            stage.postgres.queryIn(
                                    "shop",
                                    "SELECT table_name, privilege_type FROM"
                                            + " information_schema.role_table_grants WHERE grantee = '"
                                            + role
                                            + "' ORDER BY 2"))
                    .containsExactly(List.of("orders", "DELETE"), List.of("orders", "SELECT"));
            assertThat(
                            stage.postgres.query(
                                    "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,"
                                            + " rolvaliduntil BETWEEN now() + '4 min' AND now() + '6 min',"
                                            + " (SELECT count(*) FROM pg_shdepend WHERE refobjid = r.oid"
                                            + " AND deptype = 'o'), (SELECT count(*) FROM"
                                            + " pg_auth_members WHERE member = r.oid) FROM pg_roles r"
                                            + " WHERE rolname = '"
                                            + role
                                            + "'"))
                    .containsExactly(List.of("f", "f", "f", "f", "t", "0", "0"));
            try (Connection agent = AccessStage.connect(gateway, issued)) {
                assertThat(AccessStage.refusal(agent, "SELECT id, note FROM orders"))
                        .isEqualTo("ran");
                assertThat(AccessStage.refusal(agent, "SELECT card FROM orders"))
                        .isEqualTo("column.denied");
                assertThat(AccessStage.refusal(agent, "SELECT id FROM items"))
                        .isEqualTo("read.not-granted");
                assertThat(AccessStage.refusal(agent, "UPDATE orders SET note = '' WHERE id = 1"))
                        .isEqualTo("write.not-granted");
                assertThat(AccessStage.run(agent, delete(1, 10))).isEqualTo(10);
                assertThat(AccessStage.refusal(agent, delete(11, 13)))
                        .isEqualTo("limit.rows-per-task");
                assertThat(AccessStage.run(agent, delete(11, 12))).isEqualTo(2);
                gateway.book().revokeGrant("anna", issued.grant().id(), "done");
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(AccessStage.refusal(agent, "SELECT 1"))
                                        .isNotEqualTo("ran"));
            }
            assertThat(refusedLogin(gateway, issued)).isEqualTo("login.failed");
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(stage.grantRoles()).isEmpty());
            assertThatThrownBy(() ->
                            gateway.book()
                                    .renewGrant(
                                            "anna", issued.grant().id(), Duration.ofMinutes(10)))
                    .isInstanceOf(AccessException.class)
                    .hasMessageContaining("cannot be renewed");
            // The next grant of the same agent begins at nought.
            IssuedGrant next =
                    AccessStage.grant(
                            gateway, terms(List.of("public.orders"), List.of("delete"), 5));
            try (Connection agent = AccessStage.connect(gateway, next)) {
                assertThat(AccessStage.run(agent, delete(13, 17))).isEqualTo(5);
            }
            assertThat(record()).contains("grant create " + issued.grant().id(), "person:anna");
            assertThat(record()).doesNotContain(issued.password(), "ticket 17");
            assertThat(stage.postgres.log()).doesNotContain(issued.password());
        }
    }

    private static String delete(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", ", "DELETE FROM orders WHERE id IN (", ")"));
    }

    private String record() throws Exception {
        StringBuilder all = new StringBuilder();
        try (var files = Files.list(directory.resolve("one"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    private static String refusedLogin(Running gateway, IssuedGrant issued) {
        SQLException refused =
                catchThrowableOfType(
                        SQLException.class, () -> AccessStage.connect(gateway, issued).close());
        return refused == null ? "let in" : AccessStage.rule(refused);
    }

    @Test
    void whatIsLeftOverIsSweptAndWhatIsNotOursStays() throws Exception {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            AccessStage stage = new AccessStage(postgres, directory);
            IssuedGrant lasting;
            try (Running gateway = stage.start("one", "", true)) {
                lasting =
                        AccessStage.grant(
                                gateway, terms(List.of("public.*"), List.of("select"), 0));
                IssuedGrant forgotten =
                        AccessStage.grant(
                                gateway, terms(List.of("public.items"), List.of("select"), 0));
                // As if Holdfast had died between its store and the database.
                postgres.sql(
                        "CREATE ROLE holdfast_gr_aaaaaaaaaaaaaaaa; CREATE ROLE holdfast_gr_other");
                postgres.sql(
                        "COMMENT ON ROLE holdfast_gr_aaaaaaaaaaaaaaaa IS '"
                                + postgres.value(
                                                "postgres",
                                                "SELECT shobj_description(oid, 'pg_authid') FROM"
                                                        + " pg_roles WHERE rolname = '"
                                                        + forgotten.grant().role()
                                                        + "'")
                                        .replace(forgotten.grant().id(), "gr_aaaaaaaaaaaaaaaa")
                                + "'; GRANT holdfast_gr_aaaaaaaaaaaaaaaa TO giver WITH ADMIN OPTION");
                gateway.book().revokeGrant("anna", forgotten.grant().id(), "done");
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(stage.grantRoles()).hasSize(3));
            }
            try (Running gateway = stage.start("one", "", true)) {
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(stage.grantRoles())
                                        .containsExactlyInAnyOrder(
                                                List.of(lasting.grant().role()),
                                                List.of("holdfast_gr_other")));
                try (Connection agent = AccessStage.connect(gateway, lasting)) {
                    assertThat(AccessStage.refusal(agent, "SELECT id FROM items")).isEqualTo("ran");
                }
            }
        }
    }

    @Test
    void whatAnAgentAsksForAPersonGivesNarrowedOrNotAtAll() throws Exception {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            AccessStage stage = new AccessStage(postgres, directory);
            try (Running gateway = stage.start("one", "", true)) {
                String password = gateway.book().createAgent("anna", "cleaner", "base", 10);
                SQLException noGrant =
                        catchThrowableOfType(
                                SQLException.class,
                                () -> AccessStage.connect(gateway, "cleaner", password).close());
                assertThat(AccessStage.rule(noGrant)).isEqualTo("login.failed");
                GrantTerms wanted =
                        terms(List.of("public.orders", "public.items"), List.of("delete"), 50);
                AccessRequest request =
                        gateway.book()
                                .requests()
                                .request(AccessStage.order(wanted, Duration.ofMinutes(30)));
                GrantTerms more = terms(List.of("public.orders"), List.of("delete"), 51);
                assertThatThrownBy(() ->
                                gateway.book()
                                        .requests()
                                        .approve(
                                                "anna",
                                                request.id(),
                                                more,
                                                Duration.ofMinutes(5),
                                                ""))
                        .hasMessageContaining("more than was asked for");
                IssuedGrant issued =
                        gateway.book()
                                .requests()
                                .approve(
                                        "anna",
                                        request.id(),
                                        terms(List.of("public.orders"), List.of("select"), 0),
                                        Duration.ofMinutes(5),
                                        "only look");
                assertThat(gateway.book().requests().request(request.id()).state())
                        .isEqualTo(AccessRequest.State.APPROVED);
                assertThat(gateway.book().requests().request(request.id()).grant())
                        .isEqualTo(issued.grant().id());
                try (Connection agent = AccessStage.connect(gateway, issued)) {
                    assertThat(AccessStage.refusal(agent, "DELETE FROM orders WHERE id = 1"))
                            .isEqualTo("write.not-granted");
                }
                assertThatThrownBy(() ->
                                gateway.book()
                                        .requests()
                                        .reject("anna", request.id(), "changed my mind"))
                        .hasMessageContaining("decided already");
                gateway.book().disableAgent("anna", "analyst", "enough");
                assertThat(gateway.book().grant(issued.grant().id()).state())
                        .isEqualTo(Grant.State.REVOKED);
                assertThat(refusedLogin(gateway, issued)).isEqualTo("login.failed");
            }
        }
    }

    @Test
    void withoutAnAccessRoleTheAgentsOwnRoleServesAndOneWithoutRoleGetsNothing() throws Exception {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            AccessStage stage = new AccessStage(postgres, directory);
            try (Running gateway = stage.start("one", "", false)) {
                IssuedGrant issued =
                        AccessStage.grant(
                                gateway, terms(List.of("public.orders"), List.of("select"), 0));
                assertThat(issued.grant().role()).isEmpty();
                try (Connection agent = AccessStage.connect(gateway, issued)) {
                    assertThat(AccessStage.refusal(agent, "SELECT id FROM orders"))
                            .isEqualTo("ran");
                    assertThat(AccessStage.refusal(agent, "SELECT id FROM items"))
                            .isEqualTo("read.not-granted");
                }
                gateway.book().createAgent("anna", "cleaner", "base", 10);
                assertThatThrownBy(() ->
                                gateway.book()
                                        .createGrant(
                                                "anna",
                                                new dev.holdfast.server.access.GrantOrder(
                                                        "cleaner",
                                                        "shop",
                                                        "t",
                                                        "j",
                                                        terms(
                                                                List.of("public.orders"),
                                                                List.of("select"),
                                                                0),
                                                        Duration.ofMinutes(5),
                                                        Duration.ofMinutes(5))))
                        .hasMessageContaining("Give the database an access role");
            }
        }
    }
}
