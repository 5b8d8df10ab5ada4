package dev.holdfast.server.cli;

import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.HoldfastConfiguration;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = {
            "Run the gateway until it is told to stop.",
            "Prints one line when agents can connect. SIGTERM and SIGINT let sessions finish"
                    + " within shutdown.drain-timeout, then the program ends with exit code 0."
        },
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Mixin
    private ConfigurationOption configured = new ConfigurationOption();

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws ConfigurationException, IOException, InterruptedException {
        HoldfastConfiguration configuration = ConfigurationFile.read(configured.file());
        HoldfastServer server = HoldfastServer.start(configuration, Served.PARTS);
        stopOnSignal(server);
        PrintWriter out = spec.commandLine().getOut();
        long startMillis =
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(started -> System.currentTimeMillis() - started.toEpochMilli())
                        .orElse(0L);
        out.printf(
                Locale.ROOT,
                "holdfast ready: %s, %.1f s%n",
                server.description(),
                startMillis / 1000.0);
        out.flush();
        new CountDownLatch(1).await();
        return ExitCode.OK.code();
    }

    private static void stopOnSignal(HoldfastServer server) {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    server.close();
                                    // An orderly stop is a success; the JVM would end with 143.
                                    Runtime.getRuntime().halt(ExitCode.OK.code());
                                },
                                "holdfast-stop"));
    }
}
