package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NextPageTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"/settings", "/approvals/apr_1", "/login/browser/AbC-_9", "/a?b=c&d=%2F"})
    void aPageOfThisConsoleIsFollowed(String wanted) {
        assertThat(NextPage.of(wanted)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "settings",
                "https://evil.example/",
                "//evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/\t/evil.example",
                "/\n/evil.example",
                " /settings",
                "/settings\r\nSet-Cookie: a=b",
                "javascript:alert(1)",
                "/<b>"
            })
    void nothingElseIs(String wanted) {
        assertThat(NextPage.of(wanted)).isEqualTo("/");
    }

    @Test
    void norIsWhatHasNoEnd() {
        assertThat(NextPage.of("/" + "a".repeat(1_000))).isEqualTo("/");
    }

    @Test
    void whatIsWantedGoesIntoFormsAndAddressesAsTextOnly() {
        assertThat(NextPage.field("/a?b=\"><script>").toString())
                .isEqualTo(
                        "<input type=\"hidden\" name=\"next\" value=\"/a?b=&quot;&gt;&lt;script&gt;\">");
        assertThat(NextPage.query("/a?b=c&d")).isEqualTo("?next=%2Fa%3Fb%3Dc%26d");
        assertThat(NextPage.field("/").toString()).isEmpty();
        assertThat(NextPage.query("/")).isEmpty();
    }
}
