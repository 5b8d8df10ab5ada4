package dev.holdfast.server.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `holdfast serve` in a process of its own, which can be killed.
final class GatewayProcess implements AutoCloseable {
    private static final Pattern READY =
            Pattern.compile("holdfast ready: postgres 127\\.0\\.0\\.1:([0-9]+) .*");
    private static final int START_SECONDS_MAX = 60;
    private static final int END_SECONDS_MAX = 20;

    /// What makes a short life short: no second compiler, no collector's threads.
    private static final List<String> FAST_START =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx384m");

    private final Process process;
    private final CompletableFuture<Integer> port;

    private GatewayProcess(Process process, Path log) {
        this.process = process;
        this.port = CompletableFuture.supplyAsync(() -> readPort(process, log));
    }

    /// Starts it and returns at once.
    ///
    /// @param log what it says on standard error is appended to it
    static GatewayProcess launch(Path configuration, Path log) throws IOException {
        List<String> command =
                Stream.of(
                                Stream.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString()),
                                FAST_START.stream(),
                                Stream.of(
                                        "--enable-native-access=ALL-UNNAMED",
                                        "--sun-misc-unsafe-memory-access=allow",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "dev.holdfast.server.cli.Main",
                                        "serve",
                                        "--config",
                                        configuration.toString()))
                        .flatMap(each -> each)
                        .toList();
        return new GatewayProcess(
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start(),
                log);
    }

    private static int readPort(Process process, Path log) {
        try {
            BufferedReader out = process.inputReader();
            @Nullable String line = out.readLine();
            Matcher matcher = READY.matcher(line == null ? "" : line);
            if (!matcher.matches()) {
                throw new IllegalStateException(
                        "the gateway did not start: " + line + "\n" + Files.readString(log));
            }
            return Integer.parseInt(matcher.group(1));
        } catch (IOException e) {
            throw new IllegalStateException("the gateway did not start", e);
        }
    }

    /// Where agents connect; waits until they can.
    int port() {
        return port.orTimeout(START_SECONDS_MAX, TimeUnit.SECONDS).join();
    }

    /// Ends it with SIGKILL and returns when it is gone.
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /// Sets the size beyond which none of its files may grow (RLIMIT_FSIZE).
    ///
    /// @param bytes a number, or `unlimited`
    /// @return whether the program that does it is there
    boolean limitFiles(String bytes) throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "prlimit",
                                    "--pid",
                                    Long.toString(process.pid()),
                                    "--fsize=" + bytes + ":")
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /// Its exit code, if it ends within the time of a start.
    int exitCode() throws InterruptedException {
        if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the gateway runs (expected: it refuses to start)");
        }
        return process.exitValue();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " does not end");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
