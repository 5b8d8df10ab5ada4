package dev.holdfast.sql.parser;

import static dev.holdfast.sql.parser.Corpus.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The oracle is the grammar's own scanner.
class PlainRedactionTest {
    private static final GrammarInstance GRAMMAR = GrammarInstance.compiled();

    private static final List<String> PIECES =
            List.of(
                    "'", "'", "''", "'a'", "\"", "\"b\"", "1", "23", ".", "1.5", "e", "E", "x", "X",
                    "U&", "$", "$1", "$2", "$$", "-", "--", "/", "*", "/*", "*/", " ", " ", "\n",
                    "\t", "\u000b", "a", "SELECT", "_", "é", "🎓", "\\", "+", "<>", "::", ":=",
                    "=>", ",", ";", "(", ")", "[", "]", "&", "@", "#", "%", "?", "|", "{", "~", "`",
                    "!", "0x1", "1_0", "\u0001", "\u007f");

    @Test
    void saysWhatTheScannerSaysOfTheCorpus() {
        int plain = 0;
        for (String statement : Corpus.statements()) {
            plain += agrees(statement) ? 1 : 0;
        }
        assertThat(plain).isGreaterThan(150);
    }

    @Test
    void saysWhatTheScannerSaysOfAnyText() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int plain = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = random.nextInt(8); pieces >= 0; pieces--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            plain += agrees(text.toString(), seed) ? 1 : 0;
        }
        assertThat(plain).isGreaterThan(1_000);
    }

    private static boolean agrees(String text) {
        return agrees(text, 0);
    }

    /// Whether the text is plain; fails where it is, and the scanner says something else.
    private static boolean agrees(String text, long seed) {
        byte[] utf8 = utf8(text);
        String plain = PlainRedaction.of(utf8);
        if (plain == null) {
            return false;
        }
        assertThat(plain)
                .describedAs("seed %d, text: %s", seed, text)
                .isEqualTo(Redaction.of(utf8, GRAMMAR.scan(utf8, 16 << 20)));
        return true;
    }
}
