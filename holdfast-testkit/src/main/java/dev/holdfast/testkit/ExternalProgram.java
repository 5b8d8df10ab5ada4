package dev.holdfast.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// A program of this machine that tests run: `psql`, or a language with a driver.
///
/// A test that needs one which is not there is skipped, and says so by name: `./holdfast verify`
/// looks for [#SKIP_PREFIX] in the reports and repeats the names at its end, so that nobody takes
/// silence for success.
public final class ExternalProgram {
    /// How every reason for such a skip begins.
    public static final String SKIP_PREFIX = "not installed: ";

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(20);

    private final String name;
    private final List<String> command;

    private ExternalProgram(String name, List<String> command) {
        this.name = name;
        this.command = List.copyOf(command);
    }

    /// What a program did.
    ///
    /// @param exitStatus 0 to 255
    /// @param output standard output
    /// @param errors standard error
    public record Result(int exitStatus, String output, String errors) {
        /// Everything, for a failed assertion's text.
        @Override
        public String toString() {
            return "exit status " + exitStatus + "\n" + output + "\n" + errors;
        }
    }

    /// A program on PATH; skips the calling test when it is missing.
    public static ExternalProgram require(String program) {
        @Nullable Path found = onPath(program);
        if (found == null) {
            return skip(program);
        }
        return new ExternalProgram(program, List.of(found.toString()));
    }

    /// An interpreter that can load a library; skips the calling test when there is none. All
    /// candidates are tried, because the system's packages belong to the system's interpreter and
    /// PATH may name another.
    ///
    /// @param label what a skip is to name, for example `python3 with asyncpg`
    /// @param candidates absolute paths, or names on PATH
    /// @param probe arguments that succeed only where the library is there
    public static ExternalProgram requireWith(
            String label, List<String> candidates, List<String> probe, Path directory) {
        for (String candidate : candidates) {
            @Nullable Path found = onPath(candidate);
            if (found != null) {
                ExternalProgram program = new ExternalProgram(label, List.of(found.toString()));
                if (program.run(probe, Map.of(), directory, PROBE_LIMIT).exitStatus() == 0) {
                    return program;
                }
            }
        }
        return skip(label);
    }

    /// Python 3 with a module, the system's own interpreter first.
    public static ExternalProgram requirePython(String module) {
        return requireWith(
                "python3 with " + module,
                List.of("/usr/bin/python3", "python3"),
                List.of("-c", "import " + module),
                Path.of("."));
    }

    /// Runs the program with nothing on standard input, and ends it when it takes longer.
    ///
    /// @param environment added to this process's own
    /// @throws IllegalStateException when the limit is exceeded
    public Result run(
            List<String> arguments,
            Map<String, String> environment,
            Path directory,
            Duration limit) {
        List<String> line = new ArrayList<>(command);
        line.addAll(arguments);
        try {
            Path output = Files.createTempFile("holdfast-program", ".out");
            Path errors = Files.createTempFile("holdfast-program", ".err");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(line)
                                .directory(directory.toFile())
                                .redirectInput(new File("/dev/null"))
                                .redirectOutput(output.toFile())
                                .redirectError(errors.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    throw new IllegalStateException(
                            name + " did not end in " + limit + ": " + text(output) + text(errors));
                }
                return new Result(process.exitValue(), text(output), text(errors));
            } finally {
                Files.deleteIfExists(output);
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + line, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " ran", e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static @Nullable Path onPath(String program) {
        if (program.contains("/")) {
            return Files.isExecutable(Path.of(program)) ? Path.of(program) : null;
        }
        String path = System.getenv().getOrDefault("PATH", "");
        for (String directory : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(directory, program);
            if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static ExternalProgram skip(String label) {
        Assumptions.abort(SKIP_PREFIX + label);
        throw new AssertionError("the test was to be skipped");
    }
}
