package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BrowserLoginTest {
    @Test
    void withinSshTheBrowserIsOnAnotherMachine() {
        assertThat(
                        BrowserLogin.elsewhere(
                                Map.of("SSH_CONNECTION", "198.51.100.9 50000 10.0.0.1 22")))
                .isTrue();
        assertThat(BrowserLogin.elsewhere(Map.of("SSH_CONNECTION", ""))).isFalse();
        assertThat(BrowserLogin.elsewhere(Map.of())).isFalse();
    }

    @Test
    void theBrowserIsTheOneThatThePersonNamed() {
        assertThat(Terminal.browser(Map.of("BROWSER", "/opt/mine", "DISPLAY", ":0")))
                .isEqualTo("/opt/mine");
    }
}
