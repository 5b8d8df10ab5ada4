package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.session.RepeatedRefusals.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedRefusalsTest {
    private static final long SECOND = 1_000_000_000;
    private static final Kind DELETE =
            new Kind("DELETE FROM a", "deny", "read-only.write", "42501");

    private final RepeatedRefusals refusals = new RepeatedRefusals();
    private final List<String> written = new ArrayList<>();

    private boolean write(Kind kind, long count, long nanos) {
        return written.add(count + " " + kind.statement() + " in " + nanos / 1_000_000 + " ms");
    }

    @Test
    void theFirstIsWrittenAtOnceAndTheRestOnceASecond() {
        assertThat(refusals.count(DELETE, 0)).isFalse();
        for (int i = 1; i <= 500; i++) {
            assertThat(refusals.count(DELETE, i)).isTrue();
        }
        refusals.write(SECOND - 1, false, this::write);
        assertThat(written).isEmpty();
        refusals.write(SECOND, false, this::write);
        refusals.write(SECOND + 1, false, this::write);
        assertThat(written).containsExactly("500 DELETE FROM a in 1000 ms");
    }

    @Test
    void whatPausedForASecondIsWrittenAtOnceAgain() {
        refusals.count(DELETE, 0);
        refusals.write(SECOND, false, this::write);
        assertThat(refusals.count(DELETE, SECOND + 1)).isFalse();
        assertThat(written).isEmpty();
    }

    @Test
    void theEndWritesWhatWasCounted() {
        refusals.count(DELETE, 0);
        refusals.count(DELETE, 5);
        refusals.write(7_000_000, true, this::write);
        assertThat(written).containsExactly("1 DELETE FROM a in 7 ms");
    }

    @Test
    void otherTextsAndRulesAreWrittenOnTheirOwn() {
        refusals.count(DELETE, 0);
        assertThat(refusals.count(new Kind("DELETE FROM b", "deny", "read-only.write", "42501"), 1))
                .isFalse();
        assertThat(refusals.count(new Kind("DELETE FROM a", "deny", "policy.other", "42501"), 1))
                .isFalse();
        assertThat(refusals.count(DELETE, 2)).isTrue();
    }

    @Test
    void moreKindsThanAreCountedAreWrittenOneByOne() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(refusals.count(new Kind("DELETE FROM t" + i, "deny", "r", "s"), i))
                    .isFalse();
        }
        assertThat(refusals.count(new Kind("DELETE FROM t999", "deny", "r", "s"), 1_001)).isFalse();
        assertThat(refusals.count(new Kind("DELETE FROM t3", "deny", "r", "s"), 1_002)).isTrue();
    }

    @Test
    void textsThatAreTooLongToBeKeptAreWrittenOneByOne() {
        Kind lengthy = new Kind("x".repeat(100_000), "deny", "r", "s");
        assertThat(refusals.count(lengthy, 0)).isFalse();
        assertThat(refusals.count(lengthy, 1)).isFalse();
    }
}
