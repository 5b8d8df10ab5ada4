package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.composition.OpenGate;
import dev.holdfast.testkit.SideBySide;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// The demo must be able to fail: played before a gateway that does not hold, it says so.
@SideBySide
class DemoCommandIT {
    private final StringWriter out = new StringWriter();

    private int play(OpenGate.Kind kind) {
        return new CommandLine(new DemoCommand(new OpenGate(kind)))
                .setOut(new PrintWriter(out))
                .execute("--script", "--port", "0");
    }

    private List<String> failures() {
        return out.toString().lines().filter(line -> line.startsWith("FAIL ")).toList();
    }

    @Test
    void failsWhereEverythingIsAllowed() {
        assertThat(play(OpenGate.Kind.ALLOWS_EVERYTHING)).isEqualTo(ExitCode.FAILURE.code());
        assertThat(failures())
                .hasSizeGreaterThan(10)
                .anyMatch(line -> line.startsWith("FAIL DELETE of all"))
                .anyMatch(line -> line.startsWith("FAIL DROP TABLE"))
                .anyMatch(line -> line.startsWith("FAIL lifting the session's read-only mode"));
        assertThat(out.toString()).doesNotContain("demo: 32 of 32 steps ok");
    }

    @Test
    void failsWhereOneRowIsLost() {
        assertThat(play(OpenGate.Kind.LOSES_A_ROW)).isEqualTo(ExitCode.FAILURE.code());
        assertThat(failures())
                .anyMatch(line -> line.startsWith("FAIL the database itself"))
                .anyMatch(line -> line.startsWith("FAIL after all that the session still works"));
        assertThat(out.toString()).contains("ok   DROP TABLE is refused");
    }

    @Test
    void failsWhereTheRecordIsNotWritten() {
        assertThat(play(OpenGate.Kind.KEEPS_NO_RECORD)).isEqualTo(ExitCode.FAILURE.code());
        assertThat(failures())
                .anyMatch(line -> line.startsWith("FAIL the record has a line for each"))
                .noneMatch(line -> line.contains("is refused"));
    }
}
