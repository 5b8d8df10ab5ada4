package dev.holdfast.sql.parser;

import static dev.holdfast.sql.parser.Corpus.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import run.endive.runtime.InterpreterMachine;
import run.endive.wasm.Parser;

/// The build rewrites the grammar's module and compiles it. This compares what runs with the module as
/// it came, run by an interpreter: trees, messages, tokens, byte for byte.
class SplitGrammarTest {
    private static final Path ORIGINAL =
            Path.of("target/npm/node_modules/libpg-query/wasm/libpg-query.wasm");
    private static final int OUTPUT_BYTES_MAX = 16 << 20;
    private static final long STACK_BYTES = 256 << 20;

    @Test
    void answersAsTheOriginalModuleDoes() throws IOException, InterruptedException {
        byte[] wasm = Files.readAllBytes(ORIGINAL);
        List<String> differences = new ArrayList<>();
        List<String> compared = new ArrayList<>();
        Thread thread =
                new Thread(
                        null, () -> compare(wasm, differences, compared), "compare", STACK_BYTES);
        thread.start();
        thread.join();

        assertThat(differences).isEmpty();
        assertThat(compared).hasSameSizeAs(texts());
    }

    private static void compare(byte[] wasm, List<String> differences, List<String> compared) {
        GrammarInstance original = new GrammarInstance(Parser.parse(wasm), InterpreterMachine::new);
        GrammarInstance compiled = GrammarInstance.compiled();
        for (String text : texts()) {
            if (!answers(original, text).equals(answers(compiled, text))) {
                differences.add(text);
            }
            compared.add(text);
        }
    }

    private static List<String> answers(GrammarInstance grammar, String text) {
        byte[] utf8 = utf8(text);
        String parsed =
                switch (grammar.parse(utf8, OUTPUT_BYTES_MAX)) {
                    case GrammarInstance.Tree tree -> string(tree.json());
                    case GrammarInstance.Report report -> report.toString();
                };
        return List.of(parsed, string(grammar.scan(utf8, OUTPUT_BYTES_MAX)));
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(Corpus.statements());
        texts.add("SELECT " + "(".repeat(500) + "1" + ")".repeat(500));
        texts.add("SELECT " + "(".repeat(11_000));
        texts.add("SELECT 1" + " + 1".repeat(1_000));
        texts.add("VALUES (1)" + ", ('a', 2.5, NULL)".repeat(200));
        return texts;
    }

    private static String string(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
