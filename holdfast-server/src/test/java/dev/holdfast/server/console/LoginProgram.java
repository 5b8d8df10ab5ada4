package dev.holdfast.server.console;

import dev.holdfast.server.text.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `holdfast login --browser` as a process of its own, with a browser that notes where it was sent and does no
/// more.
final class LoginProgram implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern MARK = Pattern.compile("must show these letters: (\\S+)");

    private final Path state;
    private final Path output;
    private final Process process;

    LoginProgram(Path directory, String url, String user) throws IOException {
        state = Files.createTempDirectory(directory, "state");
        output = state.resolve("output");
        Path shown =
                Files.writeString(state.resolve("browser"), "#!/bin/sh\necho \"$1\" > \"$0.to\"\n");
        if (!shown.toFile().setExecutable(true)) {
            throw new IOException(shown + " cannot be made a program");
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "dev.holdfast.server.cli.Main",
                                        "login",
                                        "--url",
                                        url,
                                        "--user",
                                        user,
                                        "--browser"))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.remove("SSH_CONNECTION");
        environment.put("XDG_STATE_HOME", state.toString());
        environment.put("BROWSER", shown.toString());
        process = builder.start();
    }

    /// Where the browser was sent.
    String address() throws IOException, InterruptedException {
        Path to = state.resolve("browser.to");
        long until = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < until) {
            String text = Files.exists(to) ? Files.readString(to) : "";
            if (text.endsWith("\n")) {
                return text.strip();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no browser was started: " + Files.readString(output));
    }

    /// The letters that it shows.
    String mark() throws IOException {
        Matcher matcher = MARK.matcher(Files.readString(output));
        if (!matcher.find()) {
            throw new AssertionError("no letters: " + Files.readString(output));
        }
        return matcher.group(1);
    }

    boolean isWaiting() {
        return process.isAlive();
    }

    /// All that it said, once it has ended.
    String said() throws IOException, InterruptedException {
        if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it waits still: " + Files.readString(output));
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /// The session that it keeps.
    String token() throws IOException {
        try {
            return String.valueOf(
                    JsonTree.object(Files.readString(state.resolve("holdfast/session.json")))
                            .get("token"));
        } catch (JsonTree.MalformedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
