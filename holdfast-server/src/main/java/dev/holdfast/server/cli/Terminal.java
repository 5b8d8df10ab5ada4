package dev.holdfast.server.cli;

import java.io.Console;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whoever sits at the terminal, and what the process was started with. A question has no other source of an
/// answer: no option, no variable and no pipe.
interface Terminal {
    /// Asks, and shows what is typed.
    ///
    /// @throws IOException if there is nobody to ask
    String ask(String question) throws IOException;

    /// Asks, and shows nothing of what is typed.
    ///
    /// @throws IOException if there is nobody to ask
    String askSecretly(String question) throws IOException;

    /// The variables of the process: where its state is, which gateway is meant. Never an answer.
    Map<String, String> environment();

    /// Shows an address in a browser, where there is one that can be started; says nothing where there is none.
    ///
    /// @param address of a gateway's console, checked
    void browse(String address);

    /// The terminal of the process.
    Terminal OF_PROCESS =
            new Terminal() {
                @Override
                public String ask(String question) throws IOException {
                    String answer = console().readLine("%s", question);
                    return answered(answer);
                }

                @Override
                public String askSecretly(String question) throws IOException {
                    char[] answer = console().readPassword("%s", question);
                    return answered(answer == null ? null : new String(answer));
                }

                @Override
                public Map<String, String> environment() {
                    return System.getenv();
                }

                @Override
                public void browse(String address) {
                    String program = browser(environment());
                    if (program.isEmpty()) {
                        return;
                    }
                    try {
                        new ProcessBuilder(program, address)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .start();
                    } catch (IOException _) {
                        // The address is printed as well.
                    }
                }

                private String answered(@Nullable String answer) throws IOException {
                    if (answer == null) {
                        throw new IOException("no answer; nothing was done");
                    }
                    return answer;
                }

                @SuppressWarnings("SystemConsoleNull") // null where there is no terminal, on JDK 25
                private Console console() throws IOException {
                    Console console = System.console();
                    if (console == null || !console.isTerminal()) {
                        throw new IOException(
                                "there is no terminal to ask at: a person types this, no program");
                    }
                    return console;
                }
            };

    /// Which program shows an address: `BROWSER`, else what the desktop has for that; empty for none.
    static String browser(Map<String, String> environment) {
        String own = environment.getOrDefault("BROWSER", "");
        if (!own.isEmpty()) {
            return own;
        }
        if (System.getProperty("os.name", "").startsWith("Mac")) {
            return "open";
        }
        boolean desktop =
                !environment.getOrDefault("DISPLAY", "").isEmpty()
                        || !environment.getOrDefault("WAYLAND_DISPLAY", "").isEmpty();
        return desktop ? "xdg-open" : "";
    }
}
