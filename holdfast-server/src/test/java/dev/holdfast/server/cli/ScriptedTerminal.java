package dev.holdfast.server.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// Somebody who types what was written down before.
final class ScriptedTerminal implements Terminal {
    private final Map<String, String> environment;
    private final Deque<String> answers = new ArrayDeque<>();
    private final List<String> questions = new ArrayList<>();

    ScriptedTerminal(Path state) {
        this.environment = Map.of("XDG_STATE_HOME", state.toString());
    }

    ScriptedTerminal typing(String... more) {
        answers.addAll(List.of(more));
        return this;
    }

    List<String> questions() {
        return questions;
    }

    @Override
    public String ask(String question) throws IOException {
        questions.add(question);
        if (answers.isEmpty()) {
            throw new IOException("nobody answers");
        }
        return answers.pop();
    }

    @Override
    public String askSecretly(String question) throws IOException {
        return ask(question);
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }
}
