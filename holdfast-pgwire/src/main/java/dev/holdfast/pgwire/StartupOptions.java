package dev.holdfast.pgwire;

import java.util.ArrayList;
import java.util.List;

/// Reads the start-up parameter `options`, which PostgreSQL treats as command-line arguments of the
/// server process (`PGOPTIONS` of libpq; PostgreSQL manual, "Setting Parameters", "Parameter
/// Interaction via the Shell").
///
/// Arguments are separated by white space; a backslash takes the next character as it is. Understood
/// are `-c name=value`, `-cname=value` and `--name=value`, with `-` in a name standing for `_`. The
/// one-letter switches of `postgres` (`-e`, `-S 100` …) are refused: each is another spelling of a
/// setting, and none is needed.
///
/// The settings are meant to be judged and then sent on as start-up parameters of their own, never as
/// `options` text: so it does not matter that a server in another locale takes more bytes for white
/// space.
public final class StartupOptions {
    private static final String EXPECTED = "-c name=value or --name=value";

    private StartupOptions() {}

    /// The settings in the order given; a name may come more than once, and the last one wins.
    ///
    /// @throws ProtocolViolation 42601, as PostgreSQL, for anything but settings
    public static List<StartupPacket.Parameter> parse(String options) {
        List<String> arguments = split(options);
        List<StartupPacket.Parameter> settings = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--")) {
                settings.add(setting(i, argument.substring(2)));
            } else if (argument.equals("-c")) {
                if (i + 1 == arguments.size()) {
                    throw violation(i, "-c without a setting");
                }
                i++;
                settings.add(setting(i, arguments.get(i)));
            } else if (argument.startsWith("-c")) {
                settings.add(setting(i, argument.substring(2)));
            } else {
                throw violation(i, "another argument");
            }
        }
        return settings;
    }

    private static StartupPacket.Parameter setting(int index, String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw violation(index, "a name without a value");
        }
        if (equals == 0) {
            throw violation(index, "a value without a name");
        }
        String name = text.substring(0, equals).replace('-', '_');
        return new StartupPacket.Parameter(name, text.substring(equals + 1));
    }

    private static List<String> split(String options) {
        List<String> arguments = new ArrayList<>();
        int index = 0;
        while (true) {
            while (index < options.length() && isSpace(options.charAt(index))) {
                index++;
            }
            if (index == options.length()) {
                return arguments;
            }
            StringBuilder argument = new StringBuilder();
            boolean escaped = false;
            while (index < options.length() && (escaped || !isSpace(options.charAt(index)))) {
                char c = options.charAt(index);
                if (!escaped && c == '\\') {
                    escaped = true;
                } else {
                    escaped = false;
                    argument.append(c);
                }
                index++;
            }
            arguments.add(argument.toString());
        }
    }

    /// `isspace` of C in the C locale.
    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static ProtocolViolation violation(int index, String found) {
        return ProtocolViolation.withState(
                ProtocolViolation.SYNTAX_ERROR, "options argument " + (index + 1), found, EXPECTED);
    }
}
