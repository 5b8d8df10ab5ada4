package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.PolicyYaml;
import dev.holdfast.server.init.ThreeHundredTables;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// `holdfast init` against three hundred tables, and a gateway on what it wrote, without one edit.
@SideBySide
@SuppressWarnings("SystemOut") // its figures are read by people
class InitIT {
    private static final ThreeHundredTables TABLES = ThreeHundredTables.read();
    private static final String DATABASE = "company";

    @TempDir private static Path directory;
    private static Path output;
    private static DisposablePostgres postgres;
    private static HoldfastServer server;
    private static Ended init;
    private static PolicyDefinition policy;

    /// Every relation of the database with its columns.
    private static final Map<Name, List<String>> RELATIONS = new LinkedHashMap<>();

    private record Ended(int code, String out, String err) {}

    private record Name(String schema, String relation) {
        String sql() {
            return quoted(schema) + "." + quoted(relation);
        }
    }

    @BeforeAll
    static void start() throws SQLException, IOException, ConfigurationException {
        output = directory.resolve("made");
        postgres = DisposablePostgres.start();
        TABLES.create(postgres, DATABASE);
        postgres.createRole("onlooker", "onlooker-password", "NOSUPERUSER");
        postgres.sqlIn(DATABASE, "GRANT pg_read_all_data TO onlooker");
        Path password = Files.writeString(directory.resolve("onlooker"), "onlooker-password\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        init = init("--agent", "reporter");
        assertThat(init.code()).as(init.err()).isZero();
        postgres.sqlIn(DATABASE, Files.readString(output.resolve("create-roles.sql")));
        policy = PolicyYaml.read(output.resolve("policy.yaml")).policies().getFirst();
        server = HoldfastServer.start(ConfigurationFile.read(output.resolve("holdfast.yaml")));
        for (List<@Nullable String> row :
                postgres.queryIn(
                        DATABASE,
                        """
                        SELECT table_schema, table_name, column_name FROM information_schema.columns
                         WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
                         UNION ALL
                        SELECT n.nspname, c.relname, a.attname FROM pg_class c
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                         WHERE c.relkind = 'm'
                        """)) {
            Name name = new Name(String.valueOf(row.get(0)), String.valueOf(row.get(1)));
            RELATIONS.computeIfAbsent(name, _ -> new ArrayList<>()).add(String.valueOf(row.get(2)));
        }
    }

    @AfterAll
    static void stop() {
        server.close();
        postgres.close();
    }

    @Test
    void theAgentReadsEverythingThatIsNotRestricted() throws SQLException {
        int read = 0;
        List<String> refused = new ArrayList<>();
        try (Connection connection = agent();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<Name, List<String>> each : RELATIONS.entrySet()) {
                Name name = each.getKey();
                if (!granted(name)) {
                    continue;
                }
                List<String> open =
                        each.getValue().stream().filter(column -> !denied(name, column)).toList();
                String columns = String.join(", ", open.stream().map(InitIT::quoted).toList());
                for (String sql :
                        List.of(
                                "SELECT " + columns + " FROM " + name.sql() + " LIMIT 3",
                                "SELECT count(*) FROM " + name.sql())) {
                    try (ResultSet rows = statement.executeQuery(sql)) {
                        read += rows.next() ? 1 : 0;
                    } catch (SQLException e) {
                        refused.add(sql + ": " + e.getMessage());
                    }
                }
            }
        }
        System.out.printf(Locale.ROOT, "init: %d reads served, %d refused%n", read, refused.size());
        assertThat(refused).isEmpty();
        assertThat(read).isGreaterThan(500);
    }

    @Test
    void grantsEveryTableThatHasNoSecret() {
        List<String> missing = new ArrayList<>();
        for (Name name : RELATIONS.keySet()) {
            String written =
                    name.schema()
                            + "."
                            + (name.relation().matches("[a-z0-9_]+")
                                    ? name.relation()
                                    : quoted(name.relation()));
            boolean secret =
                    TABLES.restricted().contains(written) || TABLES.leaking().contains(written);
            boolean partition = name.relation().matches(".*_2025_[0-9]{2}");
            if (!secret && !partition && !granted(name)) {
                missing.add(written);
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void theAgentGetsNothingOfTheVault() throws SQLException {
        List<String> statements = new ArrayList<>();
        for (String relation : TABLES.restricted()) {
            statements.add("SELECT * FROM " + relation);
            statements.add("SELECT 1 FROM " + relation);
            statements.add("TABLE " + relation);
            statements.add("SELECT row_to_json(t) FROM " + relation + " t");
            statements.add("WITH x AS (SELECT * FROM " + relation + ") SELECT count(*) FROM x");
            statements.add("SELECT EXISTS (SELECT FROM " + relation + ")");
            statements.add("COPY " + relation + " TO STDOUT");
        }
        for (String view : TABLES.leaking()) {
            statements.add("SELECT * FROM " + view);
        }
        refused(statements);
    }

    @Test
    void theAgentGetsNoDeniedColumnHoweverItIsSpelled() throws SQLException {
        List<String> statements = new ArrayList<>();
        RELATIONS.forEach((name, columns) -> {
            if (granted(name)) {
                for (String column : columns) {
                    if (denied(name, column)) {
                        statements.addAll(spellings(name.sql(), quoted(column), column));
                    }
                }
            }
        });
        statements.add("SELECT shop.email_of(c) FROM shop.customers c");
        statements.add("SELECT c.email_of FROM shop.customers c");
        statements.add("SELECT (c).email_of FROM shop.customers c");
        statements.add("SELECT shop.customer_mail(1)");
        statements.add("SELECT * FROM shop.customer_mail(1)");
        refused(statements);
    }

    private static List<String> spellings(String relation, String column, String plain) {
        return List.of(
                "SELECT " + column + " FROM " + relation,
                "SELECT * FROM " + relation,
                "SELECT t FROM " + relation + " t",
                "SELECT row_to_json(t) FROM " + relation + " AS t",
                "SELECT to_jsonb(t) ->> '" + plain + "' FROM " + relation + " t",
                "SELECT (t)." + column + " FROM " + relation + " t",
                "SELECT count(*) FROM " + relation + " WHERE " + column + " IS NOT NULL",
                "SELECT 1 FROM " + relation + " ORDER BY " + column,
                "SELECT x FROM (SELECT " + column + "::text AS x FROM " + relation + ") s");
    }

    /// By the gate, which names its rule; and by PostgreSQL itself where the gate is left out.
    private static void refused(List<String> statements) throws SQLException {
        List<String> served = new ArrayList<>();
        try (Connection gate = agent();
                Statement asAgent = gate.createStatement();
                Connection direct = role();
                Statement asRole = direct.createStatement()) {
            for (String sql : statements) {
                if (!refuses(asAgent, sql, true)) {
                    served.add("gate: " + sql);
                }
                if (!sql.contains("customer_mail") && !refuses(asRole, sql, false)) {
                    served.add("PostgreSQL: " + sql);
                }
            }
        }
        System.out.printf(Locale.ROOT, "init: %d statements refused%n", statements.size());
        assertThat(served).isEmpty();
    }

    private static boolean refuses(Statement statement, String sql, boolean byRule) {
        try {
            statement.execute(sql);
            return false;
        } catch (PSQLException e) {
            if (!byRule) {
                // Some spellings mean nothing there: what the role may not see does not resolve.
                return Set.of("42501", "42703", "42883").contains(String.valueOf(e.getSQLState()));
            }
            ServerErrorMessage message = e.getServerErrorMessage();
            return String.valueOf(e.getSQLState()).equals("42501")
                    && message != null
                    && message.getConstraint() != null;
        } catch (SQLException _) {
            return false;
        }
    }

    @Test
    void whatItWritesIsAcceptedWithoutAWarning() {
        String configuration = output.resolve("holdfast.yaml").toString();
        Ended config = run("config", "check", "--config", configuration);
        assertThat(config.code()).as(config.err()).isZero();
        Ended check = run("policy", "check", "--strict", "--config", configuration);
        assertThat(check.code()).as(check.out() + check.err()).isZero();
        assertThat(check.out()).endsWith(": ok (1 policies, 0 warnings)\n");
    }

    @Test
    void noValueOfTheDatabaseIsPrintedOrWritten() throws IOException {
        StringBuilder everything = new StringBuilder(init.out()).append(init.err());
        try (Stream<Path> files = Files.walk(output)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                // Byte by byte: the record is being written meanwhile.
                everything.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        String text = everything.toString();
        for (String column :
                List.of(
                        "email FROM shop.customers",
                        "b1 FROM (SELECT blob1 AS b1 FROM ops.integrations) s",
                        "konto FROM billing.direct_debits",
                        "col_b FROM crm.import_rows",
                        "x_field FROM crm.contacts",
                        "v FROM vault.entries")) {
            for (List<@Nullable String> row :
                    postgres.queryIn(DATABASE, "SELECT DISTINCT " + column)) {
                assertThat(text).doesNotContain(String.valueOf(row.getFirst()));
            }
        }
    }

    @Test
    void filesAreOpenToTheirOwnerOnlyAndNotOverwritten() throws IOException {
        try (Stream<Path> files = Files.walk(output)) {
            assertThat(files.filter(Files::isRegularFile))
                    // A gateway has run here: its record, its journal and its store are beside
                    // them.
                    .filteredOn(file -> !file.toString().contains("/audit/"))
                    .filteredOn(file -> !file.toString().contains("/undo/"))
                    .filteredOn(file -> !file.getFileName().toString().startsWith("holdfast.db"))
                    .hasSize(5)
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
        String before = Files.readString(output.resolve("policy.yaml"));
        Ended again = init("--agent", "reporter");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("holdfast.yaml is there already").contains("--force");
        assertThat(Files.readString(output.resolve("policy.yaml"))).isEqualTo(before);
    }

    private static boolean granted(Name name) {
        return policy.read().stream()
                .anyMatch(pattern -> pattern.matches(name.schema(), name.relation()));
    }

    private static boolean denied(Name name, String column) {
        return policy.denyColumns().stream()
                .anyMatch(pattern -> pattern.matches(name.schema(), name.relation(), column));
    }

    private static Connection agent() throws SQLException {
        return connect(server.addresses().getFirst().getPort(), "reporter", "reporter.password");
    }

    private static Connection role() throws SQLException {
        return connect(postgres.port(), "holdfast_reporter", "reporter.role-password");
    }

    private static Connection connect(int port, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        try {
            properties.setProperty(
                    "password",
                    Files.readString(output.resolve("secrets").resolve(password)).strip());
        } catch (IOException e) {
            throw new SQLException(e);
        }
        properties.setProperty("sslmode", "disable");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE, properties);
    }

    private static Ended init(String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "init",
                                "postgresql://onlooker@127.0.0.1:%d/%s"
                                        .formatted(postgres.port(), DATABASE),
                                "--output",
                                output.toString(),
                                "--password-from",
                                "${file:" + directory.resolve("onlooker") + "}",
                                "--port",
                                "0",
                                "--admin-port",
                                "0"));
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

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
