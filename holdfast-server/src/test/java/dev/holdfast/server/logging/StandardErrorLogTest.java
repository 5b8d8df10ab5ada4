package dev.holdfast.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;

@SuppressWarnings("SystemOut") // it is what is written there that is looked at
@Isolated // standard error is everybody's
class StandardErrorLogTest {
    private static List<String> logged(String message, Exception e) {
        PrintStream usual = System.err;
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        try {
            System.setErr(new PrintStream(taken, true, StandardCharsets.UTF_8));
            StandardErrorLog log = new StandardErrorLog();
            log.setContext(context);
            log.configure(context);
            Logger logger = context.getLogger("Test");
            logger.error("agent {} failed", message, e);
        } finally {
            context.stop();
            System.setErr(usual);
        }
        return taken.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /// Whatever came from elsewhere: in a message, or in an error of PostgreSQL's.
    @Test
    void nothingThatIsLoggedBeginsALineOfItsOwnOrMovesTheCursor() {
        String evil = "a\r\n2026-01-01T00:00:00.000Z ERROR Fake: b\u001b[2J\u202ec\u2028d";
        List<String> lines = logged(evil, new IllegalStateException(evil));
        assertThat(lines.getFirst())
                .endsWith("agent a??2026-01-01T00:00:00.000Z ERROR Fake: b?[2J?c?d failed");
        assertThat(lines.get(1)).startsWith("java.lang.IllegalStateException: a | 2026-");
        assertThat(lines.subList(2, lines.size()))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("\tat "));
    }
}
