package dev.holdfast.server.config;

import java.util.List;
import java.util.stream.Collectors;

/// The configuration cannot be used. Carries every problem found, in the order of the file.
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    ConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
