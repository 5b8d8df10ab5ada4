package dev.holdfast.server.cli;

import dev.holdfast.server.people.BrowserLogins;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/// How the command line gets a session from a browser. The verifier leaves this process with the code and not
/// before, so that whoever sees the address, or the code on its way, has nothing.
final class BrowserLogin {
    private static final Pattern PATH = Pattern.compile("/login/browser/[A-Za-z0-9_-]{1,1000}");
    private static final int VERIFIER_BYTES = 32;

    private final GatewayClient client;
    private final Terminal terminal;
    private final PrintWriter told;

    /// @param told where the person reads what to do
    BrowserLogin(GatewayClient client, Terminal terminal, PrintWriter told) {
        this.client = client;
        this.terminal = terminal;
        this.told = told;
    }

    /// Whether the browser cannot be on this machine, as far as is known.
    static boolean elsewhere(Map<String, String> environment) {
        return !environment.getOrDefault("SSH_CONNECTION", "").isEmpty();
    }

    /// Asks, waits for the person, and gets the session.
    ///
    /// @param paste whether the person carries the code over
    /// @return the gateway's answer, as to a password
    /// @throws IOException if there is none
    Map<String, Object> session(String user, boolean paste) throws IOException {
        byte[] bytes = new byte[VERIFIER_BYTES];
        new SecureRandom().nextBytes(bytes);
        String verifier = base64(bytes);
        String challenge = base64(sha256(verifier));
        String code;
        if (paste) {
            ask(user, challenge, 0);
            code = terminal.ask("Code that the page shows then: ");
        } else {
            try (LoopbackAnswer answer = new LoopbackAnswer(challenge)) {
                terminal.browse(ask(user, challenge, answer.port()));
                code = answer.await(BrowserLogins.ASKED_FOR);
            }
        }
        Map<String, Object> session =
                client.post(
                        "/api/v1/login/browser/session",
                        Map.of("code", code.strip(), "verifier", verifier));
        if (!user.equals(Lines.text(session, "name"))) {
            throw new IOException("the gateway signed in somebody else; nothing is kept of it");
        }
        return session;
    }

    /// @return the address that the person opens
    private String ask(String user, String challenge, int port) throws IOException {
        Map<String, Object> asked =
                client.post(
                        "/api/v1/login/browser",
                        Map.of("user", user, "challenge", challenge, "port", port));
        String path = Lines.text(asked, "path");
        if (!PATH.matcher(path).matches()) {
            throw new IOException("the gateway answered what is no page of its console");
        }
        String address = client.url() + path;
        told.printf(
                "Open this where you can sign in as %s, within %d minutes:%n%n  %s%n%n"
                        + "The page must show these letters: %s%n",
                Lines.oneLine(user),
                BrowserLogins.ASKED_FOR.toMinutes(),
                address,
                Lines.oneLine(Lines.text(asked, "mark")));
        told.flush();
        return address;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
