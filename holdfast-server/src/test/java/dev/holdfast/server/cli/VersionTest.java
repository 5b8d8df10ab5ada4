package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionTest {
    @Test
    void saysWhatTheBuildWroteAndNeverAPlaceholder() {
        assertThat(Version.number()).isNotEmpty().doesNotContain("$");
        assertThat(Version.revision()).doesNotContain("$");
    }

    @Test
    void namesTheRevisionOnlyWhereItIsKnown() {
        assertThat(new Version().getVersion()[0])
                .startsWith("holdfast " + Version.number())
                .doesNotContain("()");
    }
}
