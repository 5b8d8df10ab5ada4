package dev.holdfast.server.cli;

import dev.holdfast.server.init.DatabaseAddress;
import dev.holdfast.server.init.InitSettings;
import dev.holdfast.server.init.Initialization;
import dev.holdfast.server.init.LoginPassword;
import dev.holdfast.server.init.SampleSettings;
import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "init",
        description = {
            "Look at a database and write a configuration with a proposed policy.",
            "Reads the catalog and a few rows of each table, in read-only transactions that time out."
                    + " No value that it sees is written or printed. Changes nothing in the database"
                    + " unless --create-roles is given.",
            "The password comes from --password-from, PGPASSWORD, ~/.pgpass, or is asked for."
        },
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
    private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,50}");

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Parameters(
            index = "0",
            paramLabel = "ADDRESS",
            description =
                    "postgresql://user@host:5432/database?sslmode=verify-full&sslrootcert=root.crt;"
                            + " the user needs no privilege but SELECT on what agents may read."
                            + " sslmode is verify-full where it is not given, on a loopback address"
                            + " prefer.")
    private String address = "";

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where the files go (default: the current directory).")
    private Path output = Path.of(".");

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--agent",
            paramLabel = "NAME",
            defaultValue = "agent",
            description =
                    "An agent to configure; may be given several times (default: ${DEFAULT-VALUE}).")
    private List<String> agents = List.of("agent");

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--password-from",
            paramLabel = "REF",
            description = "Where the password is: '$${env:NAME}' or '$${file:/path}'.")
    private @Nullable String passwordFrom = null;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "200",
            description = "Rows to look at in each table, 1 to 10000 (default: ${DEFAULT-VALUE}).")
    private int rows = 200;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How long a look at one table may take, 1 to 600 (default: ${DEFAULT-VALUE}).")
    private int seconds = 5;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "6432",
            description =
                    "Where agents will connect; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port = 6432;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "6480",
            description = "Health and metrics; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int adminPort = 6480;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--create-roles",
            description =
                    "Make the agents' roles at once, as the user of ADDRESS, in one transaction."
                            + " Otherwise run create-roles.sql yourself.")
    private boolean createRoles = false;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(names = "--force", description = "Replace files that are there.")
    private boolean force = false;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(names = "--json", description = "Print JSON.")
    private boolean json = false;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        DatabaseAddress database;
        InitSettings settings;
        try {
            for (String agent : agents) {
                if (!AGENT.matcher(agent).matches()) {
                    throw new IllegalArgumentException(
                            "--agent: "
                                    + agent
                                    + " (expected: 1 to 51 letters, digits, _, . or -)");
                }
            }
            database = DatabaseAddress.of(address);
            settings =
                    new InitSettings(
                            output,
                            agents,
                            "127.0.0.1",
                            inRange("--port", port),
                            inRange("--admin-port", adminPort),
                            force,
                            createRoles,
                            new SampleSettings(rows, Duration.ofSeconds(seconds)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        String password = LoginPassword.of(database, passwordFrom, System.getenv());
        Initialization.Report report =
                new Initialization(settings, database, InstantSource.system()).run(password);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(JsonText.indented(asJson(report)));
        } else {
            print(out, database, report);
        }
        out.flush();
        return ExitCode.OK.code();
    }

    private static int inRange(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(option + ": " + port + " (expected: 0 to 65535)");
        }
        return port;
    }

    private static Map<String, Object> asJson(Initialization.Report report) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("server", report.server());
        answer.put("granted", report.granted());
        answer.put("restricted", report.closed());
        answer.put("withheld", report.withheld());
        answer.put("denied-columns", report.columns());
        answer.put("values-looked-at", report.values());
        answer.put("warnings", report.warnings());
        answer.put("roles", report.roles());
        answer.put("roles-created", report.rolesCreated());
        answer.put("files", report.files().stream().map(Path::toString).toList());
        return answer;
    }

    private void print(PrintWriter out, DatabaseAddress database, Initialization.Report report) {
        out.printf(
                Locale.ROOT,
                "Looked at %s on %s:%d (PostgreSQL %s): %,d values, %.1f s.%n%n",
                database.database(),
                database.host(),
                database.port(),
                report.server(),
                report.values(),
                report.time().toMillis() / 1000.0);
        out.printf("granted     %5d relations%n", report.granted());
        out.printf("withheld    %5d relations, for a person to look at%n", report.withheld());
        out.printf(
                "restricted  %5d: %s%n",
                report.closed().size(),
                // Names of a database may hold what a terminal obeys.
                String.join(", ", report.closed()).replaceAll("\\p{Cntrl}", "?"));
        int denied = report.columns().values().stream().mapToInt(Integer::intValue).sum();
        out.printf("denied      %5d columns%n", denied);
        report.columns()
                .forEach((words, count) -> out.printf("            %5d %s%n", count, words));
        report.warnings().forEach(warning -> out.printf("%nNote: %s", warning));
        out.printf("%nWritten, open to you only:%n");
        report.files().forEach(file -> out.printf("  %s%n", file));
        out.printf("%nNext:%n  1. Read %s; every line says why.%n", output.resolve("policy.yaml"));
        if (report.rolesCreated()) {
            out.printf("  2. The roles are made: %s.%n", String.join(", ", report.roles()));
        } else {
            out.printf(
                    "  2. Make the roles, as one who may: psql -v ON_ERROR_STOP=1 -f %s %s%n",
                    output.resolve("create-roles.sql"), database.database());
        }
        Path configuration = output.resolve("holdfast.yaml");
        out.printf("  3. holdfast config check --config %s%n", configuration);
        out.printf("  4. holdfast serve --config %s%n", configuration);
        out.printf(
                "  5. psql \"host=127.0.0.1 port=%d dbname=%s user=%s\", with the password in %s%n",
                port,
                report.database(),
                agents.getFirst(),
                output.resolve("secrets").resolve(agents.getFirst() + ".password"));
    }
}
