package dev.holdfast.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Files of SQL texts under `testdata/statements`, with what is expected of each where that is known.
///
/// A blank line ends a block. In a block, a line that begins with `# ` is a remark, one with `> ` is
/// expected output, and everything else is the text.
public final class StatementCorpus {
    private static final Path DIRECTORY = Path.of("..", "testdata", "statements");

    /// Writes what was found into the files instead of comparing: `-Dgolden.update=true`. Review the
    /// difference before keeping it.
    private static final String UPDATE = "golden.update";

    /// One text of a file.
    ///
    /// @param text the SQL, without the remarks
    /// @param expected the expected lines, without their marks
    /// @param remarks the remarks above it, with their marks
    public record Block(String text, List<String> expected, List<String> remarks) {}

    private StatementCorpus() {}

    /// The blocks of a file that hold a text.
    public static List<Block> read(String file) {
        return blocks(file).stream().filter(block -> !block.text().isEmpty()).toList();
    }

    /// Compares every text's expected lines with what a function makes of it, or updates the file.
    ///
    /// @return the texts whose lines differ, each with what was found; empty when all is as expected
    public static List<String> compare(String file, Function<String, List<String>> actual) {
        List<String> differences = new ArrayList<>();
        StringBuilder updated = new StringBuilder();
        for (Block block : blocks(file)) {
            List<String> found = block.text().isEmpty() ? List.of() : actual.apply(block.text());
            if (!found.equals(block.expected())) {
                differences.add(block.text() + "\n  found " + found);
            }
            updated.append(updated.isEmpty() ? "" : "\n");
            block.remarks().forEach(line -> updated.append(line).append('\n'));
            updated.append(block.text()).append(block.text().isEmpty() ? "" : "\n");
            found.forEach(line -> updated.append("> ").append(line).append('\n'));
        }
        if (Boolean.getBoolean(UPDATE)) {
            write(file, updated.toString());
            return List.of();
        }
        return differences;
    }

    private static List<Block> blocks(String file) {
        List<Block> blocks = new ArrayList<>();
        List<String> text = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        for (String line : (content(file) + "\n\n").split("\n", -1)) {
            if (line.isBlank()) {
                if (!text.isEmpty() || !remarks.isEmpty()) {
                    blocks.add(
                            new Block(
                                    String.join("\n", text),
                                    List.copyOf(expected),
                                    List.copyOf(remarks)));
                }
                text.clear();
                expected.clear();
                remarks.clear();
            } else if (line.startsWith("> ")) {
                expected.add(line.substring(2));
            } else if (line.startsWith("# ")) {
                remarks.add(line);
            } else {
                text.add(line);
            }
        }
        return blocks;
    }

    private static String content(String file) {
        try {
            return Files.readString(DIRECTORY.resolve(file));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private static void write(String file, String content) {
        try {
            Files.writeString(DIRECTORY.resolve(file), content);
        } catch (IOException e) {
            throw new IllegalStateException("cannot write " + file, e);
        }
    }
}
