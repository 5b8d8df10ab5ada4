package dev.holdfast.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// Configuration files for tests, with the files they name.
final class Samples {
    static final String VERIFIER =
            "SCRAM-SHA-256$4096:QnJhdmVTYWx0MTIzNDU2Nw==$"
                    + "OEwN3bDz5SGjI8RBjAHL8BnHvkO5QxQ1kQPQLZ5ZJ9E=:"
                    + "c0tXg7Sdh5NQXIc9g9gC0L6b3Q3x3U0Xg2V9o4nB0bM=";

    static final String MINIMAL =
            """
            listeners:
              - tls: {certificate: server.crt, key: server.key}
            databases:
              - name: shop
                upstream: {host: db.internal, database: shop, root-certificate: root.crt}
            agents:
              - name: reporter
                verifier: %s
                databases:
                  - {database: shop, role: holdfast_reporter, password: "${env:SHOP_PASSWORD}"}
            audit:
              directory: audit
            """
                    .formatted(VERIFIER);

    static final Reading.Environment ENVIRONMENT =
            new Reading.Environment(name -> Map.of("SHOP_PASSWORD", "s3cret-value").get(name));

    private Samples() {}

    /// Writes a configuration and the files that the samples name.
    static Path write(Path directory, String yaml) throws IOException {
        for (String name : new String[] {"server.crt", "server.key", "root.crt"}) {
            Files.writeString(directory.resolve(name), "pem");
            mode(directory.resolve(name), "rw-r-----");
        }
        Path policies = directory.resolve("policies.yaml");
        Files.writeString(policies, "policies: [{name: analysts, read: [public.*]}]\n");
        mode(policies, "rw-r--r--");
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), yaml);
        mode(file, "rw-r--r--");
        return file;
    }

    static void mode(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
