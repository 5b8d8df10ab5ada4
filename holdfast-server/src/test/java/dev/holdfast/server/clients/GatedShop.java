package dev.holdfast.server.clients;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Pki;
import dev.holdfast.testkit.PostgresVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

/// The sample of `src/test/clients/sample.sql` behind the program, with TLS and SCRAM on both sides.
final class GatedShop implements AutoCloseable {
    static final String DATABASE = "shop";
    static final String AGENT = "agent";

    /// What breaks connection strings and shells when it is not passed on with care.
    static final String PASSWORD = "it's a \"secret\" $HOME";

    private static final String ROLE = "agent";
    private static final String UPSTREAM_PASSWORD = "upstream";
    private static final Path SAMPLE = clients().resolve("sample.sql");

    private final Pki pki;
    private final DisposablePostgres postgres;
    private final HoldfastServer holdfast;
    private final DatabaseContents before;

    /// Starts both, the gateway as a user does: from a `holdfast.yaml`. Fills the database.
    ///
    /// @param directory an empty directory for certificates, configuration and record
    GatedShop(PostgresVersion version, Path directory) {
        try {
            pki = Pki.create(directory);
            postgres =
                    DisposablePostgres.ofVersion(version)
                            .requireTls(pki.certificateChain(), pki.privateKey())
                            .start();
            postgres.createRole(ROLE, UPSTREAM_PASSWORD, "");
            postgres.createDatabase(DATABASE);
            postgres.sqlIn(DATABASE, Files.readString(SAMPLE));
            before = postgres.contents(DATABASE);
            holdfast = HoldfastServer.start(ConfigurationFile.read(configuration(directory)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConfigurationException e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
    }

    private Path configuration(Path directory) throws IOException {
        ScramVerifier verifier =
                ScramVerifier.of(
                        PASSWORD.toCharArray(),
                        ScramVerifier.ITERATIONS_DEFAULT,
                        new SecureRandom());
        Path secret = directory.resolve("upstream-password");
        Files.createFile(
                secret,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, UPSTREAM_PASSWORD);
        return Files.writeString(
                directory.resolve("holdfast.yaml"),
                """
                listeners:
                  - host: 127.0.0.1
                    port: 0
                    tls: {mode: require, certificate: %s, key: %s}
                databases:
                  - name: %s
                    upstream:
                      host: localhost
                      port: %d
                      database: %s
                      sslmode: verify-full
                      root-certificate: %s
                agents:
                  - name: %s
                    verifier: '%s'
                    databases:
                      - {database: %s, role: %s, password: '${file:%s}'}
                audit: {directory: %s}
                admin: {port: 0}
                """
                        .formatted(
                                pki.certificateChain(),
                                pki.privateKey(),
                                DATABASE,
                                postgres.port(),
                                DATABASE,
                                pki.authority(),
                                AGENT,
                                verifier.encoded(),
                                DATABASE,
                                ROLE,
                                secret,
                                directory.resolve("record")));
    }

    static Path clients() {
        return Path.of("src/test/clients").toAbsolutePath();
    }

    int port() {
        return holdfast.addresses().getFirst().getPort();
    }

    Path authority() {
        return pki.authority();
    }

    DisposablePostgres postgres() {
        return postgres;
    }

    /// What the database held before any client came.
    DatabaseContents before() {
        return before;
    }

    DatabaseContents now() {
        return postgres.contents(DATABASE);
    }

    /// The variables that libpq reads, and that the programs of other drivers read as well.
    Map<String, String> environment() {
        return Map.of(
                "PGHOST",
                "localhost",
                "PGPORT",
                Integer.toString(port()),
                "PGDATABASE",
                DATABASE,
                "PGUSER",
                AGENT,
                "PGPASSWORD",
                PASSWORD,
                "PGSSLMODE",
                "verify-full",
                "PGSSLROOTCERT",
                pki.authority().toString(),
                "HOLDFAST",
                "1");
    }

    /// The same role, straight to PostgreSQL: what a client sees without Holdfast.
    Map<String, String> environmentPastTheGateway() {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("PGPORT", Integer.toString(postgres.port()));
        environment.put("PGPASSWORD", UPSTREAM_PASSWORD);
        return environment;
    }

    @Override
    public void close() {
        try (postgres) {
            holdfast.close();
        }
    }
}
