package dev.holdfast.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What documents name is there: a promise that names a test which is gone promises nothing.
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /// `FooIT`, or `FooIT.aSentence`; behind a comma a further sentence may stand alone.
    private static final Pattern TEST =
            Pattern.compile("`([A-Z]\\w+(?:IT|Test))(?:\\.(\\w+))?`((?:, `\\.\\w+`)*)");

    private static final Pattern FURTHER = Pattern.compile("`\\.(\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern CODE =
            Pattern.compile(
                    "(?:new RequestRefused\\(\\s*\\d+,|RequestRefused\\.conflict\\()\\s*\"([a-z_]+)\"");

    @Test
    void everyTestThatADocumentNamesIsThere() throws IOException {
        Map<String, String> tests = new HashMap<>();
        for (Path file : files(".java")) {
            tests.put(name(file), Files.readString(file));
        }
        List<String> problems = new ArrayList<>();
        for (Path document : documents()) {
            Matcher named = TEST.matcher(Files.readString(document));
            while (named.find()) {
                String test = named.group(1);
                String text = tests.get(test + ".java");
                if (text == null && !test.startsWith("Foo")) {
                    problems.add(document + ": there is no " + test);
                } else if (text != null) {
                    sentences(named)
                            .filter(sentence -> !text.contains(" " + sentence + "("))
                            .forEach(sentence ->
                                    problems.add(
                                            "%s: there is no %s.%s"
                                                    .formatted(document, test, sentence)));
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    private static Stream<String> sentences(Matcher named) {
        Stream<String> further =
                FURTHER.matcher(named.group(3)).results().map(each -> each.group(1));
        return named.group(2) == null ? further : Stream.concat(Stream.of(named.group(2)), further);
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                String to = link.group(1);
                if (to.contains("://")) {
                    continue;
                }
                Path target = to.isEmpty() ? document : document.resolveSibling(to).normalize();
                if (!Files.exists(target)) {
                    problems.add(document + ": nothing is at " + to);
                } else if (link.group(2) != null && !headings(target).contains(link.group(2))) {
                    problems.add(document + ": no heading for " + to + "#" + link.group(2));
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    /// As they are written in links.
    private static Set<String> headings(Path document) throws IOException {
        Set<String> headings = new HashSet<>();
        Matcher heading = HEADING.matcher(Files.readString(document));
        while (heading.find()) {
            headings.add(
                    heading.group(1)
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\w\\- ]", "")
                            .strip()
                            .replace(' ', '-'));
        }
        return headings;
    }

    /// Those that only pages of the console answer with stand with what is wrong there.
    @Test
    void everyCodeOfARefusedRequestIsInTheReference() throws IOException {
        String reference =
                Files.readString(ROOT.resolve("docs/reference/api.md"))
                        + Files.readString(ROOT.resolve("docs/operating/console.md"));
        Set<String> missing = new HashSet<>();
        int codes = 0;
        for (Path file : files(".java")) {
            if (!file.toString().contains("/src/main/")) {
                continue;
            }
            Matcher code = CODE.matcher(Files.readString(file));
            while (code.find()) {
                codes++;
                if (!reference.contains("`" + code.group(1) + "`")) {
                    missing.add(code.group(1) + " of " + name(file));
                }
            }
        }
        assertThat(codes).isGreaterThan(20);
        assertThat(missing).isEmpty();
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = files(".md");
        assertThat(documents).hasSizeGreaterThan(40);
        return documents;
    }

    private static List<Path> files(String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT)) {
            for (Path each : top.sorted().toList()) {
                String name = name(each);
                if (Files.isRegularFile(each) && name.endsWith(ending)) {
                    found.add(each);
                } else if (name.equals("docs")) {
                    found.addAll(below(each, ending));
                } else if (name.startsWith("holdfast-")) {
                    found.addAll(below(each.resolve("src"), ending));
                }
            }
        }
        return found;
    }

    /// Without what npm has put there.
    private static List<Path> below(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> name(file).endsWith(ending))
                    .filter(file -> !file.toString().contains("/node_modules/"))
                    .toList();
        }
    }
}
