package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.PolicyYaml;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `holdfast init` where not everything may be read, names are hostile, and others hold locks.
@SideBySide
@EveryPostgres
class InitOddDatabaseIT {
    /// What would end a comment, a string or a statement if it were written out carelessly.
    private static final String HOSTILE = "\"ev\nil\"\"; DROP TABLE x; --\\\"";

    private final PostgresVersion version;
    @TempDir private Path directory;
    private DisposablePostgres postgres;

    private record Ended(int code, String out, String err) {}

    InitOddDatabaseIT(PostgresVersion version) {
        this.version = version;
    }

    @BeforeEach
    void start() throws IOException {
        postgres = DisposablePostgres.start(version);
        postgres.createRole("onlooker", "onlooker-password", "NOSUPERUSER");
        postgres.createDatabase("odd");
        postgres.sqlIn(
                "odd",
                """
                CREATE TABLE open (id int, remark text);
                CREATE TABLE closed (id int, remark text);
                CREATE TABLE partly (id int, remark text, x text);
                CREATE TABLE locked (id int);
                CREATE TABLE everyones (id int, email text);
                CREATE TABLE %s ("co
                l" int, email text);
                GRANT SELECT ON open, locked, everyones, %s TO onlooker;
                GRANT SELECT (id, remark) ON partly TO onlooker;
                GRANT SELECT, DELETE ON everyones TO PUBLIC;
                GRANT CREATE ON SCHEMA public TO PUBLIC;
                """
                        .formatted(HOSTILE, HOSTILE));
        for (String name : List.of("onlooker", "postgres")) {
            Path file =
                    Files.writeString(
                            directory.resolve(name),
                            name.equals("onlooker")
                                    ? "onlooker-password"
                                    : postgres.superuserPassword());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void grantsOnlyWhatItCouldLookAt() throws SQLException, IOException, ConfigurationException {
        Path output = directory.resolve("first");
        Ended ended;
        try (Connection holder = postgres.connectAsSuperuser("odd");
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE");
            ended = init("onlooker", output);
            holder.rollback();
        }
        assertThat(ended.code()).as(ended.err()).isZero();
        PolicyDefinition policy =
                PolicyYaml.read(output.resolve("policy.yaml")).policies().getFirst();
        assertThat(policy.read())
                .anyMatch(pattern -> pattern.matches("public", "open"))
                .anyMatch(pattern -> pattern.matches("public", "partly"))
                .anyMatch(pattern -> pattern.matches("public", "ev\nil\"; DROP TABLE x; --\\"))
                .noneMatch(pattern -> pattern.matches("public", "closed"))
                .noneMatch(pattern -> pattern.matches("public", "locked"));
        String text = Files.readString(output.resolve("policy.yaml"));
        assertThat(text)
                .containsPattern("# - \"public\\.closed\" +# could not be looked at: no SELECT")
                .containsPattern(
                        "# - \"public\\.locked\" +# looking at its rows ended with SQLSTATE 55P03");
        assertThat(Files.readString(output.resolve("create-roles.sql")))
                .contains("REVOKE DELETE ON \"public\".\"everyones\" FROM PUBLIC")
                .contains("REVOKE SELECT ON \"public\".\"everyones\" FROM PUBLIC")
                .contains("REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC");
        assertThat(run("config", "check", "-c", output.resolve("holdfast.yaml").toString()).code())
                .isZero();
    }

    @Test
    void makesRolesWithExactlyThePrivilegesOfTheProposal() {
        Ended refused = init("onlooker", directory.resolve("second"), "--create-roles");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("the files are written, but the roles could not be made")
                .contains("create-roles.sql");
        Ended ended =
                init(
                        "postgres",
                        directory.resolve("third"),
                        "--create-roles",
                        "--agent",
                        "one",
                        "--agent",
                        "Two.b");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out())
                .contains("The roles are made: holdfast_one, holdfast_two_b.")
                .contains("is a superuser");
        assertThat(
                        postgres.value(
                                "odd",
                                """
                                SELECT concat_ws(' ', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole,
                                  rolreplication, rolbypassrls, rolconfig)
                                  FROM pg_roles WHERE rolname = 'holdfast_two_b'
                                """))
                .isEqualTo("t f f f f f {default_transaction_read_only=on}");
        assertThat(
                        postgres.value(
                                "odd",
                                """
                                SELECT string_agg(DISTINCT privilege_type, ',')
                                  FROM information_schema.column_privileges
                                 WHERE grantee = 'holdfast_one'
                                """))
                .isEqualTo("SELECT");
        assertThat(
                        postgres.value(
                                "odd",
                                """
                                SELECT concat_ws(' ', has_column_privilege('holdfast_one', c.oid, 'email', 'SELECT'),
                                    has_any_column_privilege('holdfast_one', c.oid, 'SELECT'))
                                  FROM pg_class c WHERE relname LIKE 'ev%il%'
                                """))
                .isEqualTo("f t");
    }

    private Ended init(String user, Path output, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "init",
                                "postgresql://%s@127.0.0.1:%d/odd".formatted(user, postgres.port()),
                                "--output",
                                output.toString(),
                                "--password-from",
                                "${file:" + directory.resolve(user) + "}"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static Ended run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Ended(code, out.toString(), err.toString());
    }
}
