package dev.holdfast.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleTest {
    @Test
    void whatIsSeenStaysAndWhatIsNotIsNamed() {
        assertThat(Visible.of("DELETE 漢 😀")).isEqualTo("DELETE 漢 😀");
        assertThat(Visible.of("a\tb\u00a0c\udb40\udc41\ud800"))
                .isEqualTo("a⟦U+0009⟧b⟦U+00A0⟧c⟦U+E0041⟧⟦U+D800⟧");
    }
}
