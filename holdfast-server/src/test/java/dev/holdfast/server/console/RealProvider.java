package dev.holdfast.server.console;

import dev.holdfast.server.text.JsonText;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The certified provider of npm's `oidc-provider`, run by node. Nobody types anything there: whoever is
/// [#comes] is signed in.
final class RealProvider implements AutoCloseable {
    static final String SECRET = "a client secret that nobody else has";

    private static final Path CLIENTS = Path.of("src/test/clients/node");

    private final Process process;

    /// Whoever comes is in it, unless it is said otherwise.
    static final String GROUP = "those who may look";

    private final BufferedReader said;
    private final BufferedWriter told;
    private final String issuer;

    /// Whether this machine has what is needed.
    static boolean isThere() {
        return Files.exists(CLIENTS.resolve("node_modules/oidc-provider/package.json"))
                && Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(each -> Files.isExecutable(Path.of(each, "node")));
    }

    RealProvider() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("node", "provider.mjs");
        builder.directory(CLIENTS.toFile());
        builder.environment().put("CLIENT_SECRET", SECRET);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        process = builder.start();
        said = process.inputReader();
        told = process.outputWriter();
        issuer = said();
    }

    private String said() throws IOException {
        String line = said.readLine();
        if (line == null) {
            throw new IOException("the provider has ended");
        }
        return line;
    }

    private void tell(Map<String, Object> what) throws IOException {
        told.write(JsonText.indented(what).replace("\n", " "));
        told.newLine();
        told.flush();
        said();
    }

    String issuer() {
        return issuer;
    }

    /// Where it may send browsers back to.
    void redirectsTo(String uri) throws IOException {
        tell(Map.of("redirectUri", uri));
    }

    /// Who signs in from now on, in a browser that it does not know yet.
    void comes(String subject, String email, boolean verified) throws IOException {
        comes(subject, email, verified, List.of("everybody", GROUP));
    }

    void comes(String subject, String email, boolean verified, List<String> groups)
            throws IOException {
        tell(Map.of("sub", subject, "email", email, "verified", verified, "groups", groups));
    }

    /// Answers to nobody any more, or again.
    void gone(boolean gone) throws IOException {
        tell(Map.of("gone", gone));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
