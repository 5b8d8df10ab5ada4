package dev.holdfast.guard.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Decision.Hold.Kind;
import dev.holdfast.guard.decision.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// No two things that differ in anything that matters have one key or one digest.
class HeldStatementTest {
    private static final Principal ANN = new Principal("agent", "shop", "policy", "gr_1");

    private static HeldStatement held(
            Principal principal, String text, String binding, @Nullable String... parameters) {
        return new HeldStatement(
                principal,
                Kind.ROWS,
                text,
                "redacted",
                Arrays.asList(parameters),
                binding,
                "hold.write",
                "because",
                "basis");
    }

    @Test
    void everythingThatMakesAStatementMakesItsKey() {
        List<HeldStatement> all =
                List.of(
                        held(ANN, "DELETE FROM t WHERE id = $1", "|t", "1"),
                        held(ANN, "DELETE FROM t WHERE id = $1", "|t", "2"),
                        held(ANN, "DELETE FROM t WHERE id = $1", "|b", "1"),
                        held(ANN, "DELETE FROM t WHERE id = $1", "23|t", "1"),
                        held(ANN, "DELETE FROM t WHERE id = $1", "|t", (String) null),
                        held(ANN, "DELETE FROM t WHERE id = $1", "|t", ""),
                        held(ANN, "DELETE FROM t WHERE id = $1", "|tt", "1", ""),
                        held(ANN, "DELETE FROM t WHERE id = $1", "|tt", "", "1"),
                        held(ANN, "DELETE FROM t WHERE id = $1 ", "|t", "1"),
                        held(ANN, "delete FROM t WHERE id = $1", "|t", "1"),
                        held(
                                new Principal("agent", "shop", "policy", ""),
                                "DELETE FROM t WHERE id = $1",
                                "|t",
                                "1"),
                        held(
                                new Principal("agent", "shop", "other", "gr_1"),
                                "DELETE FROM t WHERE id = $1",
                                "|t",
                                "1"),
                        held(
                                new Principal("agent", "sho", "ppolicy", "gr_1"),
                                "DELETE FROM t WHERE id = $1",
                                "|t",
                                "1"),
                        held(
                                new Principal("other", "shop", "policy", "gr_1"),
                                "DELETE FROM t WHERE id = $1",
                                "|t",
                                "1"));
        assertThat(new HashSet<>(all.stream().map(HeldStatement::key).toList()))
                .hasSize(all.size());
        assertThat(held(ANN, "a", "|t", "1").key()).isEqualTo(held(ANN, "a", "|t", "1").key());
    }

    @Test
    void everyFigureMakesTheDigest() {
        HeldStatement statement = held(ANN, "DELETE FROM t", "");
        List<String> digests = new ArrayList<>();
        digests.add(statement.digest("apr_1", effect(new TableEffect("s.t", 0, 0, 5, 9))));
        digests.add(statement.digest("apr_2", effect(new TableEffect("s.t", 0, 0, 5, 9))));
        digests.add(statement.digest("apr_1", effect(new TableEffect("s.t", 0, 0, 6, 9))));
        digests.add(statement.digest("apr_1", effect(new TableEffect("s.t", 0, 5, 0, 9))));
        digests.add(statement.digest("apr_1", effect(new TableEffect("s.t", 5, 0, 0, 9))));
        digests.add(statement.digest("apr_1", effect(new TableEffect("s.u", 0, 0, 5, 9))));
        digests.add(statement.digest("apr_1", MeasuredEffect.NONE));
        digests.add(
                statement.digest(
                        "apr_1", effect(new TableEffect("s.t", 0, 0, 5, 9)).measuredOn("copy")));
        digests.add(
                new HeldStatement(
                                ANN,
                                Kind.ROWS,
                                "DELETE FROM t",
                                "redacted",
                                List.of(),
                                "",
                                "hold.write",
                                "because",
                                "another basis")
                        .digest("apr_1", effect(new TableEffect("s.t", 0, 0, 5, 9))));
        assertThat(new HashSet<>(digests)).hasSize(digests.size());
    }

    @Test
    void aPlanThatFlickersVoidsNothing() {
        MeasuredEffect one = effect(new TableEffect("s.t", 0, 0, 5, 9));
        MeasuredEffect other =
                new MeasuredEffect(
                        one.tables(),
                        one.things(),
                        one.samples(),
                        List.of("s.t RowExclusiveLock"),
                        List.of("Seq Scan on t"),
                        2,
                        2);
        HeldStatement statement = held(ANN, "DELETE FROM t", "");
        assertThat(statement.digest("apr_1", other)).isEqualTo(statement.digest("apr_1", one));
    }

    private static MeasuredEffect effect(TableEffect... tables) {
        return new MeasuredEffect(
                List.of(tables),
                List.of(),
                List.of(new RowSample("s.t", List.of("id"), List.of("1"), List.of())),
                List.of(),
                List.of(),
                1,
                1);
    }
}
