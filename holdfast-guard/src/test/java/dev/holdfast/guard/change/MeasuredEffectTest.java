package dev.holdfast.guard.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredEffectTest {
    private static final MeasuredEffect APPROVED =
            new MeasuredEffect(
                    List.of(
                            new TableEffect("s.a", 0, 0, 5, 10),
                            new TableEffect("s.b", 1, 2, 3, 10)),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    0,
                    -1);

    private static TableChange change(String relation, long in, long up, long out) {
        return new TableChange(1, relation, in, up, out);
    }

    @Test
    void asMuchAndLessIsNoGrowth() {
        assertThat(APPROVED.growth(List.of(change("s.a", 0, 0, 5), change("s.b", 1, 2, 3))))
                .isEmpty();
        assertThat(APPROVED.growth(List.of(change("s.a", 0, 0, 4)))).isEmpty();
        assertThat(APPROVED.growth(List.of())).isEmpty();
    }

    @Test
    void moreInAnyTableOrOfAnyKindIsGrowth() {
        assertThat(APPROVED.growth(List.of(change("s.a", 0, 0, 6))))
                .containsExactly("s.a: 6 deleted (approved: 5)");
        assertThat(APPROVED.growth(List.of(change("s.a", 1, 0, 4)))).hasSize(1);
        assertThat(APPROVED.growth(List.of(change("s.b", 1, 3, 2)))).hasSize(1);
        assertThat(APPROVED.growth(List.of(change("s.c", 0, 0, 1)))).hasSize(1);
        assertThat(MeasuredEffect.NONE.growth(List.of(change("s.a", 1, 1, 1)))).hasSize(3);
    }

    @Test
    void whatASavepointLeftInTheCountersIsTakenOff() {
        Measurement before = new Measurement("7", List.of(change("s.a", 0, 0, 2)));
        Measurement after =
                new Measurement(
                        "7", List.of(change("s.a", 0, 0, 5), new TableChange(2, "s.b", 0, 4, 0)));
        Measurement beyond = after.minus(before);
        assertThat(beyond.tables())
                .extracting(table -> table.relation() + " " + table.rows())
                .containsExactly("s.a 3", "s.b 4");
        assertThat(after.minus(after).tables()).isEmpty();
        assertThat(after.minus(after).uncounted()).hasSize(2);
        assertThat(after.minus(after).leavesRowsAlone()).isFalse();
        assertThat(before.plus(beyond).rows()).isEqualTo(after.rows());
    }
}
