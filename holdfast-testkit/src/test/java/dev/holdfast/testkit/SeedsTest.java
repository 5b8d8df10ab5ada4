package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedsTest {
    @Test
    void namesTheSeedThatFailed() {
        assertThatThrownBy(() ->
                        Seeds.check(
                                1_000, random -> assertThat(random.nextInt(50)).isNotEqualTo(7)))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s)seed \\d+ \\(rerun with -Dholdfast.seed=\\d+\\): .*");
    }

    @Test
    void yieldsTheSameValuesInEveryRun() {
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        Seeds.check(20, random -> first.add(random.nextInt()));
        Seeds.check(20, random -> second.add(random.nextInt()));
        assertThat(second).isEqualTo(first).doesNotHaveDuplicates();
    }

    @Test
    void goesOnWhereAnEarlierRunEnded() {
        List<Integer> whole = new ArrayList<>();
        List<Integer> rest = new ArrayList<>();
        Seeds.check(20, random -> whole.add(random.nextInt()));
        System.setProperty("holdfast.seed.from", "15");
        try {
            Seeds.check(5, random -> rest.add(random.nextInt()));
        } finally {
            System.clearProperty("holdfast.seed.from");
        }
        assertThat(rest).isEqualTo(whole.subList(15, 20));
    }
}
