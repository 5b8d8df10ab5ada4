package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ExternalProgramIT {
    @Test
    void capturesOutputErrorsAndStatus() {
        ExternalProgram.Result result =
                ExternalProgram.require("sh")
                        .run(
                                List.of("-c", "echo \"$WORD\"; echo bad >&2; exit 3"),
                                Map.of("WORD", "good"),
                                Path.of("."),
                                Duration.ofSeconds(10));
        assertThat(result).isEqualTo(new ExternalProgram.Result(3, "good\n", "bad\n"));
    }

    @Test
    void endsAProgramThatTakesTooLong() {
        ExternalProgram shell = ExternalProgram.require("sh");
        assertThatThrownBy(() ->
                        shell.run(
                                List.of("-c", "echo begun; sleep 60"),
                                Map.of(),
                                Path.of("."),
                                Duration.ofMillis(300)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("begun");
    }

    @Test
    void skipsByNameWhatIsNotThere() {
        assertThatThrownBy(() -> ExternalProgram.require("no-such-program"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("not installed: no-such-program");
    }
}
