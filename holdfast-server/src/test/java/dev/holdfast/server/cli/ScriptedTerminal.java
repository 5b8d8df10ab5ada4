package dev.holdfast.server.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Somebody who types what was written down before.
class ScriptedTerminal implements Terminal {
    private final Map<String, String> environment;
    private final Deque<String> answers = new ArrayDeque<>();
    private final List<String> questions = new ArrayList<>();
    private Consumer<String> browser = _ -> {};

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

    /// What somebody does with an address that is shown to them.
    ScriptedTerminal browsing(Consumer<String> does) {
        browser = does;
        return this;
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
    public void browse(String address) {
        browser.accept(address);
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }
}
