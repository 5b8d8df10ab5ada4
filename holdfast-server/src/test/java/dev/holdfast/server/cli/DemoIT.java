package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// The demo's script, as a person starts it.
class DemoIT {
    private final StringWriter out = new StringWriter();

    @Test
    void everyStepGoesAsItShouldAlthoughThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int code =
                    new CommandLine(new DemoCommand())
                            .setOut(new PrintWriter(out))
                            .execute("--script", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(code).as("%s", out).isEqualTo(ExitCode.OK.code());
        }
        assertThat(out.toString()).endsWith("demo: 32 of 32 steps ok\n").doesNotContain("FAIL");
    }
}
