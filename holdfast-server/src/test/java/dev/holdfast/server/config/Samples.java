package dev.holdfast.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// Configuration files for tests, with the files they name.
final class Samples {
    static final String RECIPIENT =
            "age1pyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq8r66x";

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

    /// Every setting with a value of its own.
    ///
    /// @param recipient an age recipient
    static String explicit(String recipient) {
        return """
        listeners:
          - {host: "::1", port: 7000, tls: {mode: disable}}
        databases:
          - name: shop
            upstream:
              host: 10.0.0.7
              port: 5433
              database: Shop Live
              sslmode: require
              connect-timeout: 2500ms
            pool: {idle-max: 0, profiles-max: 7, idle-timeout: 60s}
            catalog-refresh: 5s
            access: {role: hf_access, password: "${file:password}"}
            capture: {role: hf_capture, password: "${file:password}"}
            restore: {role: hf_restore, password: "${file:password}"}
            staging: shop-copy
            rehearse-on-staging: true
          - name: shop-copy
            upstream: {host: 10.0.0.8, database: shop, sslmode: disable}
            capture: {role: hf_capture, password: "${file:password}"}
        agents:
          - name: reporter
            verifier: %s
            policy: analysts
            enabled: false
            sessions-max: 3
            databases: [{database: shop, role: r1, password: "${file:password}"}]
        policy-file: policies.yaml
        analysis: {functions: [public.score], search-path-schemas: [app]}
        audit:
          directory: /var/log/holdfast
          file-size-max: 1MiB
          sync-interval: 0ms
          queue-entries-max: 1024
        undo:
          directory: /var/lib/holdfast/undo
          retention: 7d
          size-max: 2GiB
          transaction-size-max: 64MiB
          encrypt-to: [%s]
        store: {file: state.db}
        limits:
          statement-size-max: 1MiB
          bind-size-max: 2048KiB
          connections-max: 11
          starting-max: 12
          login-failures-per-address-max: 13
          login-failure-window: 1h
          prepared-statements-max: 14
          prepared-statements-size-max: 1MiB
          startup-timeout: 3s
          parse-timeout: 250ms
          statement-timeout: 90s
          verdict-cache-size-max: 15MiB
          parser-instances: 3
        transport: {kind: io-uring, event-loops: 2}
        admin: {host: localhost, port: 7001}
        approvals: {wait: 10s, decide-within: 2h, use-within: 5m, waiting-max: 7}
        console:
          host: "::1"
          port: 0
          url: "https://holdfast.example.com"
          oidc:
            name: Example
            issuer: https://login.example.com/
            client-id: holdfast
            client-secret: ${file:password}
            scopes: [openid, profile]
            claim: preferred-username
            groups:
              claim: teams
              valid-for: 1h
              roles: [{group: Night shift, role: reviewer}]
        notify:
          webhooks:
            - {url: "${file:hook}", secret: "${file:password}", format: slack}
          mail:
            - host: mail.example.com
              port: 465
              tls: tls
              user: holdfast
              password: ${file:password}
              from: holdfast@example.com
              to: [ada@example.com]
        shutdown: {drain-timeout: 5s}
        """
                .formatted(VERIFIER, recipient);
    }

    /// What is wrong with a configuration, with the names of files as they are written in it.
    static List<String> problems(Path directory, String yaml) {
        try {
            ConfigurationFile.read(write(directory, yaml), ENVIRONMENT);
            return List.of();
        } catch (ConfigurationException e) {
            return e.problems().stream()
                    .map(problem -> problem.toString().replace(directory + "/", ""))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
