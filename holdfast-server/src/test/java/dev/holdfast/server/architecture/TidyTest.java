package dev.holdfast.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The habits of the house that no compiler knows. Every message names what to do instead.
class TidyTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> SKIPPED =
            Set.of("target", "node_modules", ".git", ".idea", "results");

    /// Code is held to 100 columns by the formatter; comments and texts may run over.
    private static final int COLUMNS_MAX = 120;

    private static final int LINES_MAX = 500;

    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(?:Impl|Manager|Utils?|Helper)(?:Test|IT)?\\.java");

    private static final Pattern OTHER_LOGGER =
            Pattern.compile("static final Logger (?!LOGGER\\b)");

    // In two parts, so that this file does not find itself.
    private static final String UNFINISHED = "TO" + "DO";
    private static final List<String> REGISTRY_HOSTS =
            List.of(
                    "repo.maven." + "apache.org",
                    "repo1." + "maven.org",
                    "registry." + "npmjs.org");

    @Test
    void productSourcesKeepTheHabits() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path file : files()) {
            if (!file.toString().endsWith(".java") || !contains(file, "src/main/java")) {
                continue;
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() > LINES_MAX) {
                problems.add(file + ": " + lines.size() + " lines (split it by concept)");
            }
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                String place = ROOT.relativize(file) + ":" + (i + 1) + ": ";
                if (line.length() > COLUMNS_MAX) {
                    problems.add(place + line.length() + " columns (wrap at 100)");
                }
                if (line.contains("System.out.") || line.contains("System.err.")) {
                    problems.add(place + "use an SLF4J logger, or the command's writer");
                }
                if (line.contains(".printStackTrace(")) {
                    problems.add(place + "give the exception to the logger");
                }
                if (OTHER_LOGGER.matcher(line).find()) {
                    problems.add(place + "call it LOGGER");
                }
                if (line.contains("@author")) {
                    problems.add(place + "git knows the author");
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void allSourcesKeepTheHabits() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path file : files()) {
            String text = text(file);
            if (text.contains(UNFINISHED)) {
                problems.add(file + ": finish it, or file an issue (found " + UNFINISHED + ")");
            }
            for (String host : REGISTRY_HOSTS) {
                if (text.contains(host)) {
                    problems.add(file + ": do not name a registry's host; clients are set up");
                }
            }
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(".java") && text.indexOf('\t') >= 0) {
                problems.add(file + ": tabs (run make format)");
            }
            if (BANNED_NAME.matcher(name).matches()) {
                problems.add(
                        file + ": name it after what it is, not Impl, Manager, Util or Helper");
            }
            if (name.equals("package-lock.json") && text.contains("\"resolved\"")) {
                problems.add(
                        file
                                + ": drop \"resolved\"; integrity suffices (omit-lockfile-registry-resolved)");
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() throws IOException {
        List<String> problems = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        for (Path file : files()) {
            Path directory = file.getParent();
            if (!file.toString().endsWith(".java")
                    || !contains(file, "src/main/java")
                    || directory == null
                    || !seen.add(directory)) {
                continue;
            }
            Path info = directory.resolve("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
                problems.add(directory + ": add a package-info.java with @NullMarked");
            }
        }
        assertThat(problems).isEmpty();
    }

    /// Otherwise a wrong root would let every rule pass.
    @Test
    void seesTheWholeRepository() throws IOException {
        assertThat(files())
                .hasSizeGreaterThan(100)
                .anyMatch(file -> contains(file, "holdfast-sql"));
    }

    private static boolean contains(Path file, String part) {
        return file.toString().contains("/" + part + "/");
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (MalformedInputException _) {
            return "";
        }
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                ROOT,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        return SKIPPED.contains(String.valueOf(directory.getFileName()))
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile()) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }
}
