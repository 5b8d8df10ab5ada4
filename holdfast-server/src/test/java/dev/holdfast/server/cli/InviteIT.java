package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.store.PostgresStore;
import dev.holdfast.server.store.PostgresStores;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the first person gets in where several gateways share a store: as [MainTest] has it for a file.
class InviteIT {
    @TempDir private Path directory;

    @Test
    void invitesAPersonIntoTheStoreThatTheGatewaysShare() throws IOException {
        PostgresStore store = PostgresStores.freshSettings();
        Path password =
                Files.writeString(directory.resolve("password"), store.password().get() + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        Path file =
                Files.writeString(
                        directory.resolve("holdfast.yaml"),
                        """
                        listeners:
                          - tls: {mode: disable}
                        databases:
                          - name: shop
                            upstream: {host: localhost, database: shop, sslmode: disable}
                        agents:
                          - name: reporter
                            verifier: "%s"
                            policy: read-only
                            databases: [{database: shop, role: reporter, password: "${file:password}"}]
                        audit: {directory: audit}
                        store:
                          postgres: {host: %s, port: %d, database: %s, role: %s,
                            password: "${file:password}", sslmode: disable}
                        console: {url: "http://localhost:6490"}
                        """
                                .formatted(
                                        ScramVerifier.of(
                                                        "a long password".toCharArray(),
                                                        4_096,
                                                        new SecureRandom())
                                                .encoded(),
                                        store.host(),
                                        store.port(),
                                        store.database(),
                                        store.role()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(
                                "user",
                                "invite",
                                "olga",
                                "--role",
                                "owner",
                                "--config",
                                file.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString())
                .containsPattern("http://localhost:6490/enrol\\?invite=[A-Za-z0-9_-]{43}\\n");
        assertThat(PostgresStores.contents())
                .contains("<person>olga</person>")
                .doesNotContain(out.toString().replaceAll("(?s).*invite=(\\S+).*", "$1"));
        assertThat(directory.resolve("holdfast.db")).doesNotExist();
    }
}
