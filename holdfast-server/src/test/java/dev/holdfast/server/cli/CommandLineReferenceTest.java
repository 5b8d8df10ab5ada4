package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// Keeps `docs/reference/cli.md` equal to what `--help` says. After changing a command, run this test
/// with `-Dholdfast.docs.write=true` to write it anew.
class CommandLineReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "cli.md");
    private static final String BEGIN = "<!-- made from --help: begin -->\n";
    private static final String END = "<!-- made from --help: end -->";
    private static final int WIDTH = 100;

    @Test
    void pageHoldsTheHelpOfEveryCommand() throws IOException {
        String page = Files.readString(PAGE);
        StringBuilder help = new StringBuilder();
        append(help, Main.commandLine().setUsageHelpWidth(WIDTH));
        String expected =
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
                        + help
                        + "\n"
                        + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("holdfast.docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    private static void append(StringBuilder out, CommandLine command) {
        out.append("\n### ")
                .append(command.getCommandSpec().qualifiedName())
                .append("\n\n```\n")
                .append(command.getUsageMessage(Ansi.OFF).strip())
                .append("\n```\n");
        command.getSubcommands().values().forEach(each -> append(out, each));
    }
}
