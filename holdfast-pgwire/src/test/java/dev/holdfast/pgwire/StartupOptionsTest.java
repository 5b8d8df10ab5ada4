package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pgwire.StartupPacket.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupOptionsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c work_mem=1MB",
                "-cwork_mem=1MB",
                "--work_mem=1MB",
                "--work-mem=1MB",
                "  \t\n\u000b\f\r-c\t\nwork_mem=1MB  ",
                "\\-\\c w\\ork_mem=1M\\B\\",
            })
    void readsEverySpellingOfASetting(String options) {
        assertThat(StartupOptions.parse(options)).containsExactly(new Parameter("work_mem", "1MB"));
    }

    @Test
    void takesTheCharacterAfterABackslashAsItIs() {
        assertThat(StartupOptions.parse("-c a=x\\ y\\\\z -c b=\\\\"))
                .containsExactly(new Parameter("a", "x y\\z"), new Parameter("b", "\\"));
    }

    @Test
    void keepsWhatFollowsTheFirstEqualsSign() {
        assertThat(StartupOptions.parse("--a=b=c -c d= --search_path=x-y,z"))
                .containsExactly(
                        new Parameter("a", "b=c"),
                        new Parameter("d", ""),
                        new Parameter("search_path", "x-y,z"));
    }

    @Test
    void keepsTheOrderAndRepetitions() {
        assertThat(StartupOptions.parse("-c a=1 -c b=2 -c a=3"))
                .containsExactly(
                        new Parameter("a", "1"), new Parameter("b", "2"), new Parameter("a", "3"));
    }

    @Test
    void takesTheArgumentAfterTheSwitchWhateverItLooksLike() {
        assertThat(StartupOptions.parse("-c --a=1")).containsExactly(new Parameter("__a", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " \t\r\n"})
    void readsNothingFromNothing(String options) {
        assertThat(StartupOptions.parse(options)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c",
                "-c a",
                "--a",
                "--",
                "-- -c a=1",
                "--=1",
                "-c =1",
                "-e",
                "-S 100",
                "-ec a=1",
                "-",
                "a=1",
                "\\",
                "-c a=1 b=2",
                "-C a=1",
                "-fs"
            })
    void refusesWhatIsNoSetting(String options) {
        assertThatThrownBy(() -> StartupOptions.parse(options))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo("42601"))
                .hasMessageStartingWith("options argument ")
                .hasMessageEndingWith("(expected: -c name=value or --name=value)");
    }
}
