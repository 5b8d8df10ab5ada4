package dev.holdfast.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.parser.UnreadableReason;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerdictCacheTest {
    private static final long ROOMY = 1 << 20;
    private static final Object BASIS = "the first state of the database";
    private final VerdictCache cache = new VerdictCache(ROOMY, 1_000);

    @BeforeEach
    void restOnTheFirstState() {
        cache.restOn(BASIS);
    }

    private static Verdict verdict(boolean literalsMatter) {
        return new Verdict(
                new Analysis.Understood(List.of(), "normalized", literalsMatter),
                new byte[0],
                BASIS);
    }

    private static @Nullable Verdict find(VerdictCache cache, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return cache.find(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    private static void put(VerdictCache cache, String text, Verdict verdict) {
        cache.put(text.getBytes(UTF_8), verdict);
    }

    @Test
    void aVerdictInWhichLiteralsMatterServesItsOwnTextOnly() {
        Verdict verdict = verdict(true);
        put(cache, "SELECT f('a')", verdict);
        assertThat(find(cache, "SELECT f('a')")).isSameAs(verdict);
        assertThat(find(cache, "SELECT f('b')")).isNull();
    }

    @Test
    void aVerdictInWhichNoLiteralMattersServesItsShape() {
        Verdict verdict = verdict(false);
        put(cache, "SELECT f('a')", verdict);
        assertThat(find(cache, "SELECT f('b')")).isSameAs(verdict);
        assertThat(find(cache, "SELECT f( 'b')")).isNull();
    }

    @Test
    void aVerdictIsForgottenWhenTheDatabaseHasChanged() {
        put(cache, "SELECT 'a'", verdict(false));
        put(cache, "SELECT f('a')", verdict(true));
        cache.restOn("the second state");
        assertThat(find(cache, "SELECT 'a'")).isNull();
        assertThat(find(cache, "SELECT f('a')")).isNull();
    }

    @Test
    void aVerdictThatComesTooLateIsNotRemembered() {
        cache.restOn("the second state");
        put(cache, "SELECT 'a'", verdict(false));
        assertThat(find(cache, "SELECT 'a'")).isNull();
    }

    @Test
    void aTextThatSpellsAShapeIsNotTakenForIt() {
        put(cache, "SELECT 'a'", verdict(false));
        assertThat(find(cache, "SELECT \u0002")).isNull();
    }

    @Test
    void whatTheLoadOfTheMomentSaidIsNotRemembered() {
        Verdict busy =
                new Verdict(
                        new Analysis.Unreadable(UnreadableReason.PARSER_BUSY), new byte[0], BASIS);
        put(cache, "SELECT 1", busy);
        assertThat(find(cache, "SELECT 1")).isNull();
    }

    @Test
    void longTextsAreNotKept() {
        String text = "SELECT " + "a".repeat(1_000);
        put(cache, text, verdict(true));
        assertThat(find(cache, text)).isNull();
    }

    @Test
    void staysWithinItsBoundAndKeepsWhatIsAskedFor() {
        VerdictCache small = new VerdictCache(40_000, 1_000);
        small.restOn(BASIS);
        Verdict wanted = verdict(true);
        put(small, "SELECT wanted", wanted);
        int kept = 0;
        for (int i = 0; i < 1_000; i++) {
            put(small, "SELECT c" + i + " FROM t", verdict(true));
            assertThat(find(small, "SELECT wanted")).isSameAs(wanted);
        }
        for (int i = 0; i < 1_000; i++) {
            kept += find(small, "SELECT c" + i + " FROM t") == null ? 0 : 1;
        }
        assertThat(kept).isBetween(10, 40);
    }
}
