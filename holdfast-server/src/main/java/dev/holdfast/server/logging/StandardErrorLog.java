package dev.holdfast.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/// Sets logback up in code: reading an XML file for it would cost a fifth of a second at every
/// start. To standard error, because standard output is the program's answer; the level is taken
/// from HOLDFAST_LOG_LEVEL.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class StandardErrorLog extends ContextAwareBase implements Configurator {
    /// What moves a cursor, or turns around or hides what is seen.
    private static final String HIDDEN = "'[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]'";

    /// A line break in an exception's message; not those of its stack.
    private static final String BREAK =
            "'[\\r\\n]+(?!\\s*(at |\\.\\.\\.|Caused by: |Suppressed: |Wrapped by: )|$)'";

    /// Texts from elsewhere are in messages and in exceptions: none begins a line that looks like ours.
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0}: %replace(%msg){"
                    + HIDDEN
                    + ", '?'}%n%replace(%ex{8}){"
                    + BREAK
                    + ", ' | '}";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getenv("HOLDFAST_LOG_LEVEL"), Level.INFO));
        root.addAppender(appender);
        context.getLogger("io.netty").setLevel(Level.WARN);
        // A line for each connection beyond the limit would let whoever floods the port fill the
        // log.
        context.getLogger("org.eclipse.jetty").setLevel(Level.WARN);
        context.getLogger("io.javalin").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
