package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.people.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NowPageTest {
    private static String page(double statements, long refused) {
        return NowPage.content(
                        ApprovalViewTest.caller(Role.VIEWER),
                        new NowPage.Moment(List.of(), List.of(), statements, refused, 0))
                .toString();
    }

    @Test
    void saysHowMuchIsSentAndHowMuchIsRefused() {
        assertThat(page(1_234.4, 1_017))
                .contains(
                        "<dt>statements a second</dt><dd>1\u202f234</dd>",
                        "<dt><a href=\"/activity?decision=deny\">refused</a> within an hour</dt>"
                                + "<dd>1\u202f017</dd>");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.1, 0.1", "0.94, 0.9", "9.94, 9.9", "9.96, 10", "12.4, 12"})
    void aFewStatementsHaveATenth(double rate, String shown) {
        assertThat(Figures.rate(rate)).isEqualTo(shown);
    }
}
