package dev.holdfast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// A throw-away certificate authority and one server certificate, as PEM files.
///
/// Made with the JDK's own `keytool`, which is there wherever Java is. The authority's private key is
/// deleted with the key store, so nobody can sign anything else with it.
///
/// @param authority the authority's certificate: what a client trusts
/// @param certificateChain the server's certificate, then the authority's
/// @param privateKey the server's key, PKCS #8, readable by its owner alone
public record Pki(Path authority, Path certificateChain, Path privateKey) {
    private static final String PASSWORD = "throw-away";
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /// For `localhost` and 127.0.0.1, valid for a year.
    ///
    /// @param directory an existing directory that belongs to the caller
    public static Pki create(Path directory) {
        return create(directory, List.of("dns:localhost", "ip:127.0.0.1"));
    }

    /// A server certificate for other names.
    ///
    /// @param names subject alternative names in keytool's form, for example `dns:db.example`
    public static Pki create(Path directory, List<String> names) {
        Path store = directory.resolve("throw-away.p12");
        keytool(store, "authority", "CN=Holdfast throw-away authority", List.of("-ext", "bc:c"));
        keytool(
                store,
                "server",
                "CN=Holdfast throw-away server",
                List.of(
                        "-signer",
                        "authority",
                        "-ext",
                        "san=" + String.join(",", names),
                        "-ext",
                        "eku=serverAuth,clientAuth"));
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            Path authority = directory.resolve("authority.pem");
            Path chain = directory.resolve("server.pem");
            Path key = directory.resolve("server.key");
            Files.writeString(authority, pem(keys.getCertificate("authority")));
            StringBuilder certificates = new StringBuilder();
            for (Certificate certificate : keys.getCertificateChain("server")) {
                certificates.append(pem(certificate));
            }
            Files.writeString(chain, certificates);
            Files.createFile(
                    key,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Key serverKey = keys.getKey("server", PASSWORD.toCharArray());
            Files.writeString(key, pem("PRIVATE KEY", serverKey.getEncoded()));
            Files.delete(store);
            return new Pki(authority, chain, key);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write certificates", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("keytool's key store cannot be read", e);
        }
    }

    private static String pem(Certificate certificate) throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, PEM.encodeToString(der), type);
    }

    private static void keytool(Path store, String alias, String subject, List<String> more) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-storetype",
                                "PKCS12",
                                "-validity",
                                "365",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD,
                                "-alias",
                                alias,
                                "-dname",
                                subject,
                                "-J-XX:TieredStopAtLevel=1",
                                "-J-XX:+UseSerialGC"));
        command.addAll(more);
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    process.inputReader(StandardCharsets.UTF_8)
                            .lines()
                            .collect(Collectors.joining("\n"));
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("keytool failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("keytool cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while keytool ran", e);
        }
    }
}
